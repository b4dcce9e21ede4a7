#!/usr/bin/env python3
"""Man pages from what the program says of itself: man_pages.py PROGRAM FOLDER

sealift(1), one page for each command of it, and sealift-smdp.toml(5) and its like from the configurations that
`check-config` knows. Nothing is written by hand, so that no page can say what the program does not do.
"""
import re
import subprocess
import sys
from pathlib import Path

FILES = "Server configurations are described in the pages of section 5; documents are in /usr/share/doc/sealift."


def said(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in text.splitlines())


def plain(text):
    """Markdown's code marks are not for a terminal."""
    return roff(text.replace("`", "").replace("\\|", "|"))


class Help:
    """The parts of a help text as CLI11 lays it out."""

    def __init__(self, program, *command):
        self.command = command
        text = said(program, *command, "--help")
        self.about, self.usage, self.footer = "", "", []
        self.options, self.commands = [], []
        part = None
        for line in text.splitlines():
            if line.startswith("Usage:"):
                self.usage, part = line[len("Usage:"):].strip(), "usage"
            elif line.rstrip(":") in ("Options", "Positionals", "Subcommands", "OPTIONS", "POSITIONALS", "SUBCOMMANDS"):
                part = line.rstrip(":").lower()
            elif part is None:
                self.about = (self.about + " " + line.strip()).strip()
            elif line and not line.startswith(" ") and part != "usage":
                part = "footer"
                self.footer.append(line)
            elif part == "footer":
                self.footer.append(line)
            elif line.strip() and part in ("options", "positionals", "subcommands"):
                self.add(self.commands if part == "subcommands" else self.options, line)

    @staticmethod
    def add(to, line):
        if re.match(r"  \S", line):
            name, _, about = line.strip().partition("  ")
            to.append([name.strip(), about.strip()])
        elif to:
            to[-1][1] = (to[-1][1] + " " + line.strip()).strip()


def heading(name, section, version):
    return f'.TH {name.upper()} {section} "" "sealift {version}" "Sealift"\n'


def options_of(page):
    return "".join(f".TP\n\\fB{roff(name)}\\fR\n{roff(about) or chr(92) + '&'}\n" for name, about in page.options)


def example_of(page):
    lines = [line for line in page.footer if line.strip()]
    return ".PP\n.nf\n" + roff("\n".join(lines)) + "\n.fi\n" if lines else ""


def page_of(program, command, version):
    top = Help(program, command)
    name = f"sealift-{command}"
    out = heading(name, 1, version) + f".SH NAME\n{roff(name)} \\- {roff(top.about)}\n"
    out += f".SH SYNOPSIS\n.B {roff(top.usage)}\n"
    if top.options:
        out += ".SH OPTIONS\n" + options_of(top)
    out += example_of(top)
    for sub, about in top.commands:
        page = Help(program, command, sub)
        out += f".SH {roff(sub.upper())}\n{roff(page.about or about)}\n.PP\n.B {roff(page.usage)}\n"
        out += options_of(page) + example_of(page)
    return out + ".SH SEE ALSO\n.BR sealift (1)\n"


def main_page(program, version):
    top = Help(program)
    out = heading("sealift", 1, version) + f".SH NAME\nsealift \\- {roff(top.about)}\n.SH SYNOPSIS\n.B {roff(top.usage)}\n"
    out += ".SH OPTIONS\n" + options_of(top) + ".SH COMMANDS\n"
    for name, about in top.commands:
        out += f".TP\n.BR sealift\\-{roff(name)} (1)\n{roff(about)}\n"
    out += ".SH EXIT STATUS\n0: done; 1: it failed, and the message says why; 2: the command line is wrong.\n"
    return out + f".SH FILES\n{roff(FILES)}\n"


def configuration_page(role, reference, version):
    name = f"sealift-{role}.toml"
    out = heading(name, 5, version) + f".SH NAME\n{roff(name)} \\- configuration of `sealift {role} serve`\n"
    out += f".SH DESCRIPTION\nA TOML file. Every key may be left out and then has its default; an unknown one is an error. \\fBsealift {role} check\\-config\\fR says what is wrong with a file.\n"
    for line in reference.splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if line.startswith("## "):
            out += f".SH {roff(line[3:])}\n"
        elif len(cells) == 4 and cells[0] not in ("key", "---"):
            out += f".TP\n\\fB{plain(cells[0])}\\fR (default: {plain(cells[1])}; {plain(cells[2])})\n{plain(cells[3])}\n"
        elif line and not cells:
            out += plain(line) + "\n"
    return out + f".SH SEE ALSO\n.BR sealift\\-{role} (1)\n"


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    version = said(program, "--version").strip()
    for section in ("man1", "man5"):
        (folder / section).mkdir(parents=True, exist_ok=True)
    (folder / "man1/sealift.1").write_text(main_page(program, version))
    for command, _ in Help(program).commands:
        (folder / f"man1/sealift-{command}.1").write_text(page_of(program, command, version))
        reference = said(program, command, "check-config", "--print-reference")
        if reference:
            (folder / f"man5/sealift-{command}.toml.5").write_text(configuration_page(command, reference, version))


if __name__ == "__main__":
    main()
