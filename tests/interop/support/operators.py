"""An SM-DP+ with a listener for operators (ES2+, mutual TLS), one operator, and profiles in its stock."""
import os

from support.world import SEALIFT, Background, client_certificate, free_port, sealift

OPERATOR = "mno.example.com"
CONFIG = """dir = "{dir}"
[orders]
root_smds = {root_smds}
[[listener]]
name = "phones"
interfaces = ["es9plus"]
port = {phones}
[[listener]]
name = "operators"
interfaces = ["es2plus"]
port = {operators}
client_certificates = "required"
client_ca = ["{certificate}"]
[[listener]]
name = "admin"
interfaces = ["admin"]
port = 0
"""


class OperatorsServer(Background):
    """`sealift smdp serve` on the site in `folder`, whose pki/ is there already. `certificate` and `key` are the
    operator's, `root_smds` the addresses of SM-DSs that are roots."""

    def __init__(self, folder, root_smds=()):
        self.folder, self.key = folder, folder / "operator.key"
        self.certificate = client_certificate(folder / "operator.pem", self.key, OPERATOR)
        self.phones, self.operators = free_port(), free_port()
        config = folder / "smdp.toml"
        config.write_text(CONFIG.format(dir=folder, certificate=self.certificate, phones=self.phones,
                                        operators=self.operators, root_smds=list(root_smds)))
        super().__init__([SEALIFT, "smdp", "serve", "--config", config], folder / "server.log", speaks=True)
        assert "localhost" in self.line()
        sealift("tenant", "add", OPERATOR, "--dir", folder, "--certificate", self.certificate)

    def stock(self, *numbers):
        """Profiles of type Consumer; gives their ICCIDs."""
        packages = self.folder / "packages"
        packages.mkdir()
        iccids = [f"8988211000000000{number}" for number in numbers]
        for iccid in iccids:
            sealift("profile", "make", "--imsi", f"001010{iccid[-9:]}", "--iccid", iccid, "--k", os.urandom(16).hex(),
                    "--opc", os.urandom(16).hex(), "--out", packages / f"{iccid}.der")
        sealift("inventory", "import", "--dir", self.folder, "--packages", packages, "--tenant", OPERATOR, "--type",
                "Consumer")
        return iccids

    def state(self, iccid):
        return sealift("order", "show", "--dir", self.folder, iccid)["state"]

    def es2(self, function, *arguments):
        """A call of our own ES2+ client, as the operator."""
        return sealift("es2", function, "--server", f"localhost:{self.operators}", "--ci", self.folder / "pki/ci.der",
                       "--cert", self.certificate, "--key", self.key, *arguments)
