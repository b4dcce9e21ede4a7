#include "saip/templates.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace sealift::saip {

namespace {

constexpr Structure kMf = Structure::mf, kAdf = Structure::adf, kDf = Structure::df;
constexpr Structure kTr = Structure::transparent, kLf = Structure::linear_fixed;
constexpr Structure kCy = Structure::cyclic, kBt = Structure::ber_tlv;

// Columns: member, name, FID, type, records, size (of a record), access rule, SFI, content, directory, by
// default.
// clang-format off
constexpr FileTemplate kMf_[] = {
    {"mf", "MF", 0x3F00, kMf, 0, 0, 14, 0x00},
    {"ef-pl", "EF.PL", 0x2F05, kTr, 0, 2, 1, 0x05},
    {"ef-iccid", "EF.ICCID", 0x2FE2, kTr, 0, 10, 11, 0x02},
    {"ef-dir", "EF.DIR", 0x2F00, kLf, 0, 0, 10, 0x1E},
    {"ef-arr", "EF.ARR", 0x2F06, kLf, 0, 0, 10, 0x06},
    {"ef-umpc", "EF.UMPC", 0x2F08, kTr, 0, 5, 10, 0x08, "", 0, false},
};
constexpr FileTemplate kCd[] = {
    {"df-cd", "DF.CD", 0x7F11, kDf, 0, 0, 14, 0x00},
    {"ef-launchpad", "EF.LAUNCHPAD", 0x6F01, kTr, 0, 0, 2, 0x00},
    {"ef-icon", "EF.ICON", 0x6F40, kTr, 0, 0, 2, 0x00},
};
constexpr FileTemplate kTelecom[] = {
    {"df-telecom", "DF.TELECOM", 0x7F10, kDf, 0, 0, 14, 0x00},
    {"ef-arr", "EF.ARR", 0x6F06, kLf, 0, 0, 10, 0x00},
    {"ef-rma", "EF.RMA", 0x6F53, kLf, 0, 0, 3, 0x00},
    {"ef-sume", "EF.SUME", 0x6F54, kTr, 0, 22, 3, 0x00},
    {"ef-ice-dn", "EF.ICE_DN", 0x6FE0, kLf, 50, 24, 9, 0x00},
    {"ef-ice-ff", "EF.ICE_FF", 0x6FE1, kLf, 0, 0, 9, 0x00},
    {"ef-psismsc", "EF.PSISMSC", 0x6FE5, kLf, 0, 0, 5, 0x00},
    {"df-graphics", "DF.GRAPHICS", 0x5F50, kDf, 0, 0, 14, 0x00},
    {"ef-img", "EF.IMG", 0x4F20, kLf, 0, 0, 2, 0x00, "00FF..FF", 7},
    {"ef-iidf", "EF.IIDF", 0x4F40, kTr, 0, 0, 2, 0x00, "", 7},
    {"ef-ice-graphics", "EF.ICE_GRAPHICS", 0x4F21, kBt, 0, 0, 9, 0x00, "", 7},
    {"ef-launch-scws", "EF.LAUNCH_SCWS", 0x4F01, kTr, 0, 0, 10, 0x00, "", 7},
    {"ef-icon", "EF.ICON", 0x4F80, kTr, 0, 0, 10, 0x00, "", 7},
    {"df-phonebook", "DF.PHONEBOOK", 0x5F3A, kDf, 0, 0, 14, 0x00},
    {"ef-pbr", "EF.PBR", 0x4F30, kLf, 0, 0, 2, 0x00, "", 13},
    {"ef-ext1", "EF.EXT1", 0x4F38, kLf, 0, 13, 5, 0x00, "00FF..FF", 13},
    {"ef-aas", "EF.AAS", 0x4F40, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-gas", "EF.GAS", 0x4F48, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-psc", "EF.PSC", 0x4F22, kTr, 0, 4, 5, 0x00, "00000000", 13},
    {"ef-cc", "EF.CC", 0x4F23, kTr, 0, 2, 5, 0x00, "0000", 13},
    {"ef-puid", "EF.PUID", 0x4F24, kTr, 0, 2, 5, 0x00, "0000", 13},
    {"ef-iap", "EF.IAP", 0x4F50, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-adn", "EF.ADN", 0x4F58, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-pbc", "EF.PBC", 0x4F60, kLf, 0, 2, 5, 0x00, "00..00", 13},
    {"ef-anr", "EF.ANR", 0x4F68, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-puri", "EF.PURI", 0x4F70, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-email", "EF.EMAIL", 0x4F78, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-sne", "EF.SNE", 0x4F80, kLf, 0, 0, 5, 0x00, "", 13},
    {"ef-uid", "EF.UID", 0x4F88, kLf, 0, 2, 5, 0x00, "0000", 13},
    {"ef-grp", "EF.GRP", 0x4F90, kLf, 0, 0, 5, 0x00, "00..00", 13},
    {"ef-ccp1", "EF.CCP1", 0x4F98, kLf, 0, 0, 5, 0x00, "", 13},
    {"df-multimedia", "DF.MULTIMEDIA", 0x5F3B, kDf, 0, 0, 14, 0x00},
    {"ef-mml", "EF.MML", 0x4F47, kBt, 0, 0, 5, 0x00, "", 31},
    {"ef-mmdf", "EF.MMDF", 0x4F48, kBt, 0, 0, 5, 0x00, "", 31},
    {"df-mmss", "DF.MMSS", 0x5F3C, kDf, 0, 0, 14, 0x00},
    {"ef-mlpl", "EF.MLPL", 0x4F20, kTr, 0, 0, 2, 0x01, "", 34},
    {"ef-mspl", "EF.MSPL", 0x4F21, kTr, 0, 0, 2, 0x02, "", 34},
    {"ef-mmssmode", "EF.MMSSMODE", 0x4F22, kTr, 0, 1, 2, 0x03, "", 34},
    {"df-mcs", "DF.MCS", 0x5F3D, kDf, 0, 0, 14, 0x00},
    {"ef-mst", "EF.MST", 0x4F01, kTr, 0, 0, 2, 0x01, "", 38},
    {"ef-mcs-config", "EF.MCSCONFIG", 0x4F02, kBt, 0, 0, 2, 0x02, "", 38},
    {"df-v2x", "DF.V2X", 0x5F3E, kDf, 0, 0, 14, 0x00},
    {"ef-vst", "EF.VST", 0x4F01, kTr, 0, 0, 2, 0x01, "", 41},
    {"ef-v2x-config", "EF.V2X_CONFIG", 0x4F02, kBt, 0, 0, 2, 0x02, "", 41},
    {"ef-v2xp-pc5", "EF.V2XP_PC5", 0x4F03, kTr, 0, 0, 2, 0x00, "", 41},
    {"ef-v2xp-Uu", "EF.V2XP_Uu", 0x4F04, kTr, 0, 0, 2, 0x00, "", 41},
};
constexpr FileTemplate kUsim[] = {
    {"adf-usim", "ADF.USIM", 0x0000, kAdf, 0, 0, 14, 0x00},
    {"ef-imsi", "EF.IMSI", 0x6F07, kTr, 0, 9, 2, 0x07},
    {"ef-arr", "EF.ARR", 0x6F06, kLf, 0, 0, 10, 0x17},
    {"ef-keys", "EF.Keys", 0x6F08, kTr, 0, 33, 5, 0x08, "07FF..FF"},
    {"ef-keysPS", "EF.KeysPS", 0x6F09, kTr, 0, 33, 5, 0x09, "07FF..FF"},
    {"ef-hpplmn", "EF.HPPLMN", 0x6F31, kTr, 0, 1, 2, 0x12, "0A"},
    {"ef-ust", "EF.UST", 0x6F38, kTr, 0, 14, 2, 0x04},
    {"ef-fdn", "EF.FDN", 0x6F3B, kLf, 20, 26, 8, 0x00},
    {"ef-sms", "EF.SMS", 0x6F3C, kLf, 10, 176, 5, 0x00, "00FF..FF"},
    {"ef-smsp", "EF.SMSP", 0x6F42, kLf, 1, 38, 5, 0x00},
    {"ef-smss", "EF.SMSS", 0x6F43, kTr, 0, 2, 5, 0x00},
    {"ef-spn", "EF.SPN", 0x6F46, kTr, 0, 17, 10, 0x00},
    {"ef-est", "EF.EST", 0x6F56, kTr, 0, 1, 8, 0x05},
    {"ef-start-hfn", "EF.START-HFN", 0x6F5B, kTr, 0, 6, 5, 0x0F, "F00000F00000"},
    {"ef-threshold", "EF.THRESHOLD", 0x6F5C, kTr, 0, 3, 2, 0x10},
    {"ef-psloci", "EF.PSLOCI", 0x6F73, kTr, 0, 14, 5, 0x0C, "FFFFFFFFFFFFFFFFFFFF0000FF01"},
    {"ef-acc", "EF.ACC", 0x6F78, kTr, 0, 2, 2, 0x06},
    {"ef-fplmn", "EF.FPLMN", 0x6F7B, kTr, 0, 12, 5, 0x0D},
    {"ef-loci", "EF.LOCI", 0x6F7E, kTr, 0, 11, 5, 0x0B, "FFFFFFFFFFFFFF0000FF01"},
    {"ef-ad", "EF.AD", 0x6FAD, kTr, 0, 4, 10, 0x03, "00000002"},
    {"ef-ecc", "EF.ECC", 0x6FB7, kLf, 1, 4, 10, 0x01},
    {"ef-netpar", "EF.NETPAR", 0x6FC4, kTr, 0, 128, 5, 0x00},
    {"ef-epsloci", "EF.EPSLOCI", 0x6FE3, kTr, 0, 18, 5, 0x1E, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001"},
    {"ef-epsnsc", "EF.EPSNSC", 0x6FE4, kLf, 1, 80, 5, 0x18},
};
constexpr FileTemplate kOptUsim[] = {
    {"ef-li", "EF.LI", 0x6F05, kTr, 0, 6, 1, 0x02},
    {"ef-acmax", "EF.ACMmax", 0x6F37, kTr, 0, 3, 5, 0x00, "000000"},
    {"ef-acm", "EF.ACM", 0x6F39, kCy, 1, 3, 7, 0x00, "000000"},
    {"ef-gid1", "EF.GID1", 0x6F3E, kTr, 0, 8, 2, 0x00},
    {"ef-gid2", "EF.GID2", 0x6F3F, kTr, 0, 8, 2, 0x00},
    {"ef-msisdn", "EF.MSISDN", 0x6F40, kLf, 1, 24, 2, 0x00},
    {"ef-puct", "EF.PUCT", 0x6F41, kTr, 0, 5, 5, 0x00, "FFFFFF0000"},
    {"ef-cbmi", "EF.CBMI", 0x6F45, kTr, 0, 10, 5, 0x00},
    {"ef-cbmid", "EF.CBMID", 0x6F48, kTr, 0, 10, 2, 0x0E},
    {"ef-sdn", "EF.SDN", 0x6F49, kLf, 10, 24, 2, 0x00},
    {"ef-ext2", "EF.EXT2", 0x6F4B, kLf, 10, 13, 8, 0x00, "00FF..FF"},
    {"ef-ext3", "EF.EXT3", 0x6F4C, kLf, 10, 13, 2, 0x00, "00FF..FF"},
    {"ef-cbmir", "EF.CBMIR", 0x6F50, kTr, 0, 20, 5, 0x00},
    {"ef-plmnwact", "EF.PLMNwAcT", 0x6F60, kTr, 0, 40, 5, 0x0A, "*FFFFFF0000"},
    {"ef-oplmnwact", "EF.OPLMNwAcT", 0x6F61, kTr, 0, 40, 2, 0x11, "*FFFFFF0000"},
    {"ef-hplmnwact", "EF.HPLMNwAcT", 0x6F62, kTr, 0, 5, 2, 0x13, "FFFFFF0000"},
    {"ef-dck", "EF.DCK", 0x6F2C, kTr, 0, 16, 5, 0x00},
    {"ef-cnl", "EF.CNL", 0x6F32, kTr, 0, 30, 2, 0x00},
    {"ef-smsr", "EF.SMSR", 0x6F47, kLf, 10, 30, 5, 0x00, "00FF..FF"},
    {"ef-bdn", "EF.BDN", 0x6F4D, kLf, 10, 25, 8, 0x00},
    {"ef-ext5", "EF.EXT5", 0x6F4E, kLf, 10, 13, 5, 0x00, "00FF..FF"},
    {"ef-ccp2", "EF.CCP2", 0x6F4F, kLf, 5, 15, 5, 0x16},
    {"ef-ext4", "EF.EXT4", 0x6F55, kLf, 10, 13, 8, 0x00, "00FF..FF"},
    {"ef-acl", "EF.ACL", 0x6F57, kTr, 0, 101, 8, 0x00, "00FF..FF"},
    {"ef-cmi", "EF.CMI", 0x6F58, kLf, 10, 11, 2, 0x00},
    {"ef-ici", "EF.ICI", 0x6F80, kCy, 20, 38, 5, 0x14, "FF..FF0000000001FFFF"},
    {"ef-oci", "EF.OCI", 0x6F81, kCy, 20, 37, 5, 0x15, "FF..FF00000001FFFF"},
    {"ef-ict", "EF.ICT", 0x6F82, kCy, 1, 3, 7, 0x00, "000000"},
    {"ef-oct", "EF.OCT", 0x6F83, kCy, 1, 3, 7, 0x00, "000000"},
    {"ef-vgcs", "EF.VGCS", 0x6FB1, kTr, 0, 20, 2, 0x00},
    {"ef-vgcss", "EF.VGCSS", 0x6FB2, kTr, 0, 7, 5, 0x00},
    {"ef-vbs", "EF.VBS", 0x6FB3, kTr, 0, 20, 2, 0x00},
    {"ef-vbss", "EF.VBSS", 0x6FB4, kTr, 0, 7, 5, 0x00},
    {"ef-emlpp", "EF.eMLPP", 0x6FB5, kTr, 0, 2, 2, 0x00},
    {"ef-aaem", "EF.AaeM", 0x6FB6, kTr, 0, 1, 5, 0x00, "00"},
    {"ef-hiddenkey", "EF.HiddenKey", 0x6FC3, kTr, 0, 4, 5, 0x00},
    {"ef-pnn", "EF.PNN", 0x6FC5, kLf, 10, 16, 10, 0x19},
    {"ef-opl", "EF.OPL", 0x6FC6, kLf, 5, 8, 10, 0x1A},
    {"ef-mbdn", "EF.MBDN", 0x6FC7, kLf, 3, 24, 5, 0x00},
    {"ef-ext6", "EF.EXT6", 0x6FC8, kLf, 10, 13, 5, 0x00, "00FF..FF"},
    {"ef-mbi", "EF.MBI", 0x6FC9, kLf, 10, 5, 5, 0x00},
    {"ef-mwis", "EF.MWIS", 0x6FCA, kLf, 10, 6, 5, 0x00, "00..00"},
    {"ef-cfis", "EF.CFIS", 0x6FCB, kLf, 10, 16, 5, 0x00, "0100FF..FF"},
    {"ef-ext7", "EF.EXT7", 0x6FCC, kLf, 10, 13, 5, 0x00, "00FF..FF"},
    {"ef-spdi", "EF.SPDI", 0x6FCD, kTr, 0, 17, 2, 0x1B},
    {"ef-mmsn", "EF.MMSN", 0x6FCE, kLf, 10, 6, 5, 0x00, "000000FF..FF"},
    {"ef-ext8", "EF.EXT8", 0x6FCF, kLf, 10, 13, 5, 0x00, "00FF..FF"},
    {"ef-mmsicp", "EF.MMSICP", 0x6FD0, kTr, 0, 100, 2, 0x00},
    {"ef-mmsup", "EF.MMSUP", 0x6FD1, kLf, 0, 0, 5, 0x00},
    {"ef-mmsucp", "EF.MMSUCP", 0x6FD2, kTr, 0, 100, 5, 0x00},
    {"ef-nia", "EF.NIA", 0x6FD3, kLf, 5, 11, 2, 0x00},
    {"ef-vgcsca", "EF.VGCSCA", 0x6FD4, kTr, 0, 0, 2, 0x00, "00..00"},
    {"ef-vbsca", "EF.VBSCA", 0x6FD5, kTr, 0, 0, 2, 0x00, "00..00"},
    {"ef-gbabp", "EF.GBABP", 0x6FD6, kTr, 0, 0, 5, 0x00},
    {"ef-msk", "EF.MSK", 0x6FD7, kLf, 0, 0, 2, 0x00},
    {"ef-muk", "EF.MUK", 0x6FD8, kLf, 0, 0, 2, 0x00},
    {"ef-ehplmn", "EF.EHPLMN", 0x6FD9, kTr, 0, 15, 2, 0x1D},
    {"ef-gbanl", "EF.GBANL", 0x6FDA, kLf, 0, 0, 2, 0x00},
    {"ef-ehplmnpi", "EF.EHPLMNPI", 0x6FDB, kTr, 0, 1, 2, 0x00, "00"},
    {"ef-lrplmnsi", "EF.LRPLMNSI", 0x6FDC, kTr, 0, 1, 2, 0x00, "00"},
    {"ef-nafkca", "EF.NAFKCA", 0x6FDD, kLf, 0, 0, 2, 0x00},
    {"ef-spni", "EF.SPNI", 0x6FDE, kTr, 0, 0, 10, 0x00, "00FF..FF"},
    {"ef-pnni", "EF.PNNI", 0x6FDF, kLf, 0, 0, 10, 0x00, "00FF..FF"},
    {"ef-ncp-ip", "EF.NCP-IP", 0x6FE2, kLf, 0, 0, 2, 0x00},
    {"ef-ufc", "EF.UFC", 0x6FE6, kTr, 0, 30, 10, 0x00, "801E60C01E900080040000000000000000F0000000004000000000000080"},
    {"ef-nasconfig", "EF.NASCONFIG", 0x6FE8, kTr, 0, 18, 2, 0x00},
    {"ef-uicciari", "EF.UICCIARI", 0x6FE7, kLf, 0, 0, 2, 0x00},
    {"ef-pws", "EF.PWS", 0x6FEC, kTr, 0, 0, 10, 0x00},
    {"ef-fdnuri", "EF.FDNURI", 0x6FED, kLf, 0, 0, 8, 0x00},
    {"ef-bdnuri", "EF.BDNURI", 0x6FEE, kLf, 0, 0, 8, 0x00},
    {"ef-sdnuri", "EF.SDNURI", 0x6FEF, kLf, 0, 0, 2, 0x00},
    {"ef-ial", "EF.IAL", 0x6FF0, kLf, 0, 0, 3, 0x00},
    {"ef-ips", "EF.IPS", 0x6FF1, kCy, 0, 4, 10, 0x00},
    {"ef-ipd", "EF.IPD", 0x6FF2, kLf, 0, 0, 3, 0x00},
    {"ef-epdgid", "EF.EPDGID", 0x6FF3, kTr, 0, 0, 2, 0x00},
    {"ef-epdgselection", "EF.EPDGSELECTION", 0x6FF4, kTr, 0, 0, 2, 0x00},
    {"ef-epdgidem", "EF.EPDGIDEM", 0x6FF5, kTr, 0, 0, 2, 0x00},
    {"ef-epdgselectionem", "EF.EPDGSELECTIONEM", 0x6FF6, kTr, 0, 0, 2, 0x00},
    {"ef-frompreferred", "EF.FromPreferred", 0x6FF7, kTr, 0, 1, 2, 0x00, "00"},
    {"ef-imsconfigdata", "EF.IMSConfigData", 0x6FF8, kBt, 0, 0, 2, 0x00},
    {"ef-3gpppsdataoff", "EF.3GPPPSDATAOFF", 0x6FF9, kTr, 0, 4, 2, 0x00},
    {"ef-3gpppsdataoffservicelist", "EF.3GPPPSDATAOFFservicelist", 0x6FFA, kLf, 0, 0, 2, 0x00},
    {"ef-xcapconfigdata", "EF.XCAPConfigData", 0x6FFC, kBt, 0, 0, 2, 0x00},
    {"ef-earfcnlist", "EF.EARFCNLIST", 0x6FFD, kTr, 0, 0, 10, 0x00},
    {"ef-mudmidconfigdata", "EF.MuDMiDConfigData", 0x6FFE, kBt, 0, 0, 2, 0x00},
    {"ef-eaka", "EF.eAKA", 0x6F01, kTr, 0, 1, 3, 0x00},
};
constexpr FileTemplate kGsmAccess[] = {
    {"df-gsm-access", "DF.GSM-ACCESS", 0x5F3B, kDf, 0, 0, 14, 0x00},
    {"ef-kc", "EF.Kc", 0x4F20, kTr, 0, 9, 5, 0x01, "FF..FF07"},
    {"ef-kcgprs", "EF.KcGPRS", 0x4F52, kTr, 0, 9, 5, 0x02, "FF..FF07"},
    {"ef-cpbcch", "EF.CPBCCH", 0x4F63, kTr, 0, 10, 5, 0x00},
    {"ef-invscan", "EF.InvScan", 0x4F64, kTr, 0, 1, 2, 0x00, "00"},
};
constexpr FileTemplate kDf5gs[] = {
    {"df-df-5gs", "DF.5GS", 0x5FC0, kDf, 0, 0, 14, 0x00},
    {"ef-5gs3gpploci", "EF.5GS3GPPLOCI", 0x4F01, kTr, 0, 20, 5, 0x01, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001"},
    {"ef-5gsn3gpploci", "EF.5GSN3GPPLOCI", 0x4F02, kTr, 0, 20, 5, 0x02, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001"},
    {"ef-5gs3gppnsc", "EF.5GS3GPPNSC", 0x4F03, kLf, 2, 62, 5, 0x03},
    {"ef-5gsn3gppnsc", "EF.5GSN3GPPNSC", 0x4F04, kLf, 2, 62, 5, 0x04},
    {"ef-5gauthkeys", "EF.5GAUTHKEYS", 0x4F05, kTr, 0, 110, 5, 0x05},
    {"ef-uac-aic", "EF.UAC_AIC", 0x4F06, kTr, 0, 4, 2, 0x06},
    {"ef-suci-calc-info", "EF.SUCI_Calc_Info", 0x4F07, kTr, 0, 0, 2, 0x07},
    {"ef-opl5g", "EF.OPL5G", 0x4F08, kLf, 0, 10, 10, 0x08},
    {"ef-supinai", "EF.SUPI_NAI", 0x4F09, kTr, 0, 0, 2, 0x09},
    {"ef-routing-indicator", "EF.Routing_Indicator", 0x4F0A, kTr, 0, 4, 2, 0x0A, "F0FF0000"},
    {"ef-ursp", "EF.URSP", 0x4F0B, kBt, 0, 0, 2, 0x00},
    {"ef-tn3gppsnn", "EF.TN3GPPSNN", 0x4F0C, kTr, 0, 1, 2, 0x0C, "00"},
    {"ef-cag", "EF.CAG", 0x4F0D, kTr, 0, 2, 2, 0x0D},
    {"ef-sor-cmci", "EF.SOR_CMCI", 0x4F0E, kTr, 0, 0, 2, 0x0E},
    {"ef-dri", "EF.DRI", 0x4F0F, kTr, 0, 7, 2, 0x0F},
    {"ef-5gsedrx", "EF.5GSEDRX", 0x4F10, kTr, 0, 2, 2, 0x10},
    {"ef-5gnswo-conf", "EF.5GNSWO_CONF", 0x4F11, kTr, 0, 1, 2, 0x11},
    {"ef-mchpplmn", "EF.MCHPPLMN", 0x4F15, kTr, 0, 1, 2, 0x15},
    {"ef-kausf-derivation", "EF.KAUSF_DERIVATION", 0x4F16, kTr, 0, 1, 2, 0x16},
};
constexpr FileTemplate kDfSaip[] = {
    {"df-df-saip", "DF.SAIP", 0x5FD0, kDf, 0, 0, 14, 0x00},
    {"ef-suci-calc-info-usim", "EF.SUCICalcInfo", 0x4F01, kTr, 0, 0, 3, 0x00},
};
constexpr FileTemplate kDfSnpn[] = {
    {"df-df-snpn", "DF.SNPN", 0x5FE0, kDf, 0, 0, 14, 0x00},
    {"ef-pws-snpn", "EF.PWS_SNPN", 0x4F01, kTr, 0, 1, 10, 0x00},
};
constexpr FileTemplate kDf5gprose[] = {
    {"df-df-5g-prose", "DF.5G_ProSe", 0x5FF0, kDf, 0, 0, 14, 0x00},
    {"ef-5g-prose-st", "EF.5G_PROSE_ST", 0x4F01, kTr, 0, 1, 2, 0x01},
    {"ef-5g-prose-dd", "EF.5G_PROSE_DD", 0x4F02, kTr, 0, 26, 2, 0x02},
    {"ef-5g-prose-dc", "EF.5G_PROSE_DC", 0x4F03, kTr, 0, 12, 2, 0x03},
    {"ef-5g-prose-u2nru", "EF.5G_PROSE_U2NRU", 0x4F04, kTr, 0, 32, 2, 0x04},
    {"ef-5g-prose-ru", "EF.5G_PROSE_RU", 0x4F05, kTr, 0, 29, 2, 0x05},
    {"ef-5g-prose-uir", "EF.5G_PROSE_UIR", 0x4F06, kTr, 0, 32, 2, 0x06},
};
constexpr FileTemplate kIsim[] = {
    {"adf-isim", "ADF.ISIM", 0x0000, kAdf, 0, 0, 14, 0x00},
    {"ef-impi", "EF.IMPI", 0x6F02, kTr, 0, 0, 2, 0x02},
    {"ef-impu", "EF.IMPU", 0x6F04, kLf, 1, 0, 2, 0x04},
    {"ef-domain", "EF.Domain", 0x6F03, kTr, 0, 0, 2, 0x05},
    {"ef-ist", "EF.IST", 0x6F07, kTr, 0, 14, 2, 0x07},
    {"ef-ad", "EF.AD", 0x6FAD, kTr, 0, 3, 10, 0x03, "000000"},
    {"ef-arr", "EF.ARR", 0x6F06, kLf, 0, 0, 10, 0x06},
};
constexpr FileTemplate kOptIsim[] = {
    {"ef-pcscf", "EF.PCSCF", 0x6F09, kLf, 1, 0, 2, 0x00},
    {"ef-sms", "EF.SMS", 0x6F3C, kLf, 10, 176, 5, 0x00, "00FF..FF"},
    {"ef-smsp", "EF.SMSP", 0x6F42, kLf, 1, 38, 5, 0x00},
    {"ef-smss", "EF.SMSS", 0x6F43, kTr, 0, 2, 5, 0x00},
    {"ef-smsr", "EF.SMSR", 0x6F47, kLf, 10, 30, 5, 0x00, "00FF..FF"},
    {"ef-gbabp", "EF.GBABP", 0x6FD5, kTr, 0, 0, 5, 0x00},
    {"ef-gbanl", "EF.GBANL", 0x6FD7, kLf, 0, 0, 2, 0x00},
    {"ef-nafkca", "EF.NAFKCA", 0x6FDD, kLf, 0, 0, 2, 0x00},
    {"ef-uicciari", "EF.UICCIARI", 0x6FE7, kLf, 0, 0, 2, 0x00},
    {"ef-frompreferred", "EF.FromPreferred", 0x6FF7, kTr, 0, 1, 2, 0x00, "00"},
    {"ef-imsconfigdata", "EF.IMSConfigData", 0x6FF8, kBt, 0, 0, 2, 0x00},
    {"ef-xcapconfigdata", "EF.XCAPConfigData", 0x6FFC, kBt, 0, 0, 2, 0x00},
    {"ef-webrtcuri", "EF.WebRTCURI", 0x6FFA, kLf, 0, 0, 2, 0x00},
    {"ef-mudmidconfigdata", "EF.MuDMiDConfigData", 0x6FFE, kBt, 0, 0, 2, 0x00},
};
constexpr FileTemplate kEap[] = {
    {"df-eap", "DF.EAP", 0x0000, kDf, 0, 0, 14, 0x00},
    {"ef-eapkeys", "EF.EAPKEYS", 0x4F01, kTr, 0, 0, 2, 0x00},
    {"ef-eapstatus", "EF.EAPSTATUS", 0x4F02, kTr, 0, 1, 2, 0x00, "00"},
    {"ef-puid", "EF.PUId", 0x4F03, kTr, 0, 0, 2, 0x00},
    {"ef-ps", "EF.Ps", 0x4F04, kTr, 0, 0, 5, 0x00},
    {"ef-curid", "EF.CurID", 0x4F20, kTr, 0, 0, 5, 0x00},
    {"ef-reid", "EF.ReID", 0x4F21, kTr, 0, 0, 5, 0x00},
    {"ef-realm", "EF.Realm", 0x4F22, kTr, 0, 0, 5, 0x00},
};
constexpr FileTemplate kCsim[] = {
    {"adf-csim", "ADF.CSIM", 0x0000, kAdf, 0, 0, 14, 0x00},
    {"ef-arr", "EF.ARR", 0x6F06, kLf, 0, 0, 10, 0x00},
    {"ef-call-count", "EF.COUNT", 0x6F21, kCy, 1, 2, 5, 0x00, "0000"},
    {"ef-imsi-m", "EF.IMSI_M", 0x6F22, kTr, 0, 10, 2, 0x00},
    {"ef-imsi-t", "EF.IMSI_T", 0x6F23, kTr, 0, 10, 2, 0x00},
    {"ef-tmsi", "EF.TMSI", 0x6F24, kTr, 0, 16, 5, 0x00},
    {"ef-ah", "EF.AH", 0x6F25, kTr, 0, 2, 2, 0x00},
    {"ef-aop", "EF.AOP", 0x6F26, kTr, 0, 1, 2, 0x00},
    {"ef-aloc", "EF.ALOC", 0x6F27, kTr, 0, 7, 5, 0x00},
    {"ef-cdmahome", "EF.CDMAHOME", 0x6F28, kLf, 0, 5, 2, 0x00},
    {"ef-znregi", "EF.ZNREGI", 0x6F29, kLf, 0, 8, 5, 0x00},
    {"ef-snregi", "EF.SNREGI", 0x6F2A, kTr, 0, 7, 5, 0x00},
    {"ef-distregi", "EF.DISTREGI", 0x6F2B, kTr, 0, 8, 5, 0x00},
    {"ef-accolc", "EF.ACCOLC", 0x6F2C, kTr, 0, 1, 2, 0x00},
    {"ef-term", "EF.TERM", 0x6F2D, kTr, 0, 1, 5, 0x00},
    {"ef-acp", "EF.ACP", 0x6F2F, kTr, 0, 7, 5, 0x00},
    {"ef-prl", "EF.PRL", 0x6F30, kTr, 0, 0, 2, 0x00},
    {"ef-ruimid", "EF.RUIMID", 0x6F31, kTr, 0, 8, 2, 0x00},
    {"ef-csim-st", "EF.CST", 0x6F32, kTr, 0, 0, 2, 0x00},
    {"ef-spc", "EF.SPC", 0x6F33, kTr, 0, 3, 2, 0x00},
    {"ef-otapaspc", "EF.OTAPASPC", 0x6F34, kTr, 0, 1, 5, 0x00},
    {"ef-namlock", "EF.NAMLOCK", 0x6F35, kTr, 0, 1, 5, 0x00},
    {"ef-ota", "EF.OTA", 0x6F36, kTr, 0, 17, 2, 0x00},
    {"ef-sp", "EF.SP", 0x6F37, kTr, 0, 1, 5, 0x00},
    {"ef-esn-meid-me", "EF.ESN_MEID_ME", 0x6F38, kTr, 0, 8, 5, 0x00},
    {"ef-li", "EF.LI", 0x6F3A, kTr, 0, 0, 1, 0x00},
    {"ef-usgind", "EF.USGIND", 0x6F42, kTr, 0, 1, 2, 0x00},
    {"ef-ad", "EF.AD", 0x6F43, kTr, 0, 3, 10, 0x00},
    {"ef-max-prl", "EF.MAX_PRL", 0x6F45, kTr, 0, 4, 2, 0x00},
    {"ef-spcs", "EF.SPCS", 0x6F46, kTr, 0, 1, 2, 0x00},
    {"ef-mecrp", "EF.MECRP", 0x6F55, kTr, 0, 3, 5, 0x00},
    {"ef-home-tag", "EF.HOME_TAG", 0x6F70, kTr, 0, 0, 2, 0x00},
    {"ef-group-tag", "EF.GROUP_TAG", 0x6F71, kTr, 0, 0, 2, 0x00},
    {"ef-specific-tag", "EF.SPECIFIC_TAG", 0x6F72, kTr, 0, 0, 2, 0x00},
    {"ef-call-prompt", "EF.CALL_PROMPT", 0x6F73, kTr, 0, 0, 2, 0x00},
};
constexpr FileTemplate kOptCsim[] = {
    {"ef-ssci", "EF.SSCI", 0x6F2E, kTr, 0, 1, 5, 0x00},
    {"ef-fdn", "EF.FDN", 0x6F3B, kLf, 20, 26, 8, 0x00},
    {"ef-sms", "EF.SMS", 0x6F3C, kLf, 0, 0, 5, 0x00, "00FF..FF"},
    {"ef-smsp", "EF.SMSP", 0x6F3D, kLf, 0, 0, 5, 0x00},
    {"ef-smss", "EF.SMSS", 0x6F3E, kTr, 0, 0, 5, 0x00},
    {"ef-ssfc", "EF.SSFC", 0x6F3F, kTr, 0, 0, 5, 0x00},
    {"ef-spn", "EF.SPN", 0x6F41, kTr, 0, 35, 10, 0x00},
    {"ef-mdn", "EF.MDN", 0x6F44, kLf, 0, 11, 2, 0x00},
    {"ef-ecc", "EF.ECC", 0x6F47, kTr, 0, 0, 10, 0x00},
    {"ef-me3gpdopc", "EF.ME3GPDOPC", 0x6F48, kTr, 0, 1, 5, 0x00},
    {"ef-3gpdopm", "EF.3GPDOPM", 0x6F49, kTr, 0, 1, 5, 0x00},
    {"ef-sipcap", "EF.SIPCAP", 0x6F4A, kTr, 0, 4, 2, 0x00},
    {"ef-mipcap", "EF.MIPCAP", 0x6F4B, kTr, 0, 5, 2, 0x00},
    {"ef-sipupp", "EF.SIPUPP", 0x6F4C, kTr, 0, 0, 2, 0x00},
    {"ef-mipupp", "EF.MIPUPP", 0x6F4D, kTr, 0, 0, 2, 0x00},
    {"ef-sipsp", "EF.SIPSP", 0x6F4E, kTr, 0, 1, 5, 0x00},
    {"ef-mipsp", "EF.MIPSP", 0x6F4F, kTr, 0, 0, 5, 0x00},
    {"ef-sippapss", "EF.SIPPAPSS", 0x6F50, kTr, 0, 0, 5, 0x00},
    {"ef-puzl", "EF.PUZL", 0x6F53, kTr, 0, 0, 2, 0x00},
    {"ef-maxpuzl", "EF.MAXPUZL", 0x6F54, kTr, 0, 5, 2, 0x00},
    {"ef-hrpdcap", "EF.HRPDCAP", 0x6F56, kTr, 0, 3, 2, 0x00},
    {"ef-hrpdupp", "EF.HRPDUPP", 0x6F57, kTr, 0, 0, 2, 0x00},
    {"ef-csspr", "EF.CSSPR", 0x6F58, kTr, 0, 1, 2, 0x00},
    {"ef-atc", "EF.ATC", 0x6F59, kTr, 0, 1, 2, 0x00},
    {"ef-eprl", "EF.EPRL", 0x6F5A, kTr, 0, 0, 2, 0x00},
    {"ef-bcsmscfg", "EF.BCSMScfg", 0x6F5B, kTr, 0, 1, 2, 0x00},
    {"ef-bcsmspref", "EF.BCSMSpref", 0x6F5C, kTr, 0, 1, 5, 0x00},
    {"ef-bcsmstable", "EF.BCSMStable", 0x6F5D, kLf, 0, 0, 2, 0x00},
    {"ef-bcsmsp", "EF.BCSMSP", 0x6F5E, kLf, 0, 2, 5, 0x00},
    {"ef-bakpara", "EF.BAKPARA", 0x6F63, kLf, 0, 0, 2, 0x00},
    {"ef-upbakpara", "EF.UpBAKPARA", 0x6F64, kCy, 0, 0, 5, 0x00},
    {"ef-mmsn", "EF.MMSN", 0x6F65, kLf, 0, 0, 5, 0x00, "000000FF..FF"},
    {"ef-ext8", "EF.EXT8", 0x6F66, kLf, 0, 13, 5, 0x00, "00FF..FF"},
    {"ef-mmsicp", "EF.MMSICP", 0x6F67, kTr, 0, 0, 2, 0x00},
    {"ef-mmsup", "EF.MMSUP", 0x6F68, kLf, 0, 0, 5, 0x00},
    {"ef-mmsucp", "EF.MMSUCP", 0x6F69, kTr, 0, 0, 5, 0x00},
    {"ef-auth-capability", "EF.AuthCapability", 0x6F6A, kLf, 0, 5, 2, 0x00},
    {"ef-3gcik", "EF.3GCIK", 0x6F6B, kTr, 0, 32, 5, 0x00},
    {"ef-dck", "EF.DCK", 0x6F6C, kTr, 0, 20, 5, 0x00},
    {"ef-gid1", "EF.GID1", 0x6F6D, kTr, 0, 0, 2, 0x00},
    {"ef-gid2", "EF.GID2", 0x6F6E, kTr, 0, 0, 2, 0x00},
    {"ef-cdmacnl", "EF.CDMACNL", 0x6F6F, kTr, 0, 0, 2, 0x00},
    {"ef-sf-euimid", "EF.SF_EUIMID", 0x6F74, kTr, 0, 7, 2, 0x00},
    {"ef-est", "EF.EST", 0x6F75, kTr, 0, 1, 8, 0x00},
    {"ef-hidden-key", "EF.HiddenKey", 0x6F76, kTr, 0, 4, 5, 0x00},
    {"ef-lcsver", "EF.LCSVER", 0x6F77, kTr, 0, 1, 2, 0x00},
    {"ef-lcscp", "EF.LCSCP", 0x6F78, kTr, 0, 0, 2, 0x00},
    {"ef-sdn", "EF.SDN", 0x6F79, kLf, 0, 0, 2, 0x00},
    {"ef-ext2", "EF.EXT2", 0x6F7A, kLf, 0, 13, 8, 0x00, "00FF..FF"},
    {"ef-ext3", "EF.EXT3", 0x6F7B, kLf, 0, 13, 2, 0x00, "00FF..FF"},
    {"ef-ici", "EF.ICI", 0x6F7C, kCy, 0, 0, 5, 0x00},
    {"ef-oci", "EF.OCI", 0x6F7D, kCy, 0, 0, 5, 0x00},
    {"ef-ext5", "EF.EXT5", 0x6F7E, kLf, 0, 13, 5, 0x00, "00FF..FF"},
    {"ef-ccp2", "EF.CCP2", 0x6F7F, kLf, 0, 0, 5, 0x00},
    {"ef-applabels", "EF.AppLabels", 0x6F80, kTr, 0, 0, 2, 0x00},
    {"ef-model", "EF.Model", 0x6F81, kTr, 0, 126, 5, 0x00},
    {"ef-rc", "EF.RC", 0x6F82, kTr, 0, 0, 2, 0x00},
    {"ef-smscap", "EF.SMSCAP", 0x6F83, kTr, 0, 4, 2, 0x00},
    {"ef-mipflags", "EF.MIPFlags", 0x6F84, kTr, 0, 1, 2, 0x00},
    {"ef-3gpduppext", "EF.3GPDUPPExt", 0x6F85, kTr, 0, 0, 2, 0x00},
    {"ef-ipv6cap", "EF.IPV6CAP", 0x6F87, kTr, 0, 21, 2, 0x00},
    {"ef-tcpconfig", "EF.TCPConfig", 0x6F88, kTr, 0, 2, 2, 0x00},
    {"ef-dgc", "EF.DGC", 0x6F89, kTr, 0, 3, 2, 0x00},
    {"ef-wapbrowsercp", "EF.WAPBrowserCP", 0x6F8A, kLf, 0, 0, 2, 0x00},
    {"ef-wapbrowserbm", "EF.WAPBrowserBM", 0x6F8B, kLf, 0, 0, 5, 0x00},
    {"ef-mmsconfig", "EF.MMSConfig", 0x6F8C, kTr, 0, 8, 2, 0x00},
    {"ef-jdl", "EF.JDL", 0x6F8D, kTr, 0, 0, 2, 0x00},
};
// clang-format on

using Rows = std::vector<FileTemplate>;

Rows rows(std::span<const FileTemplate> table, size_t count = SIZE_MAX) {
  return {table.begin(), table.begin() + std::min(count, table.size())};
}

FileTemplate& row(Rows& all, std::string_view member) {
  for (auto& r : all) {
    if (r.member == member) return r;
  }
  check(false, "template row");
  __builtin_unreachable();
}

/// DF.PHONEBOOK has the same files below DF.TELECOM and below an ADF.
Rows phonebook_rows() {
  constexpr size_t kFirst = 13, kCount = 18;
  Rows out(kTelecom + kFirst, kTelecom + kFirst + kCount);
  for (auto& r : out) r.parent = 0;
  return out;
}

Rows usim_rows(uint16_t ust_size) {
  Rows out = rows(kUsim);
  row(out, "ef-ust").size = ust_size;
  return out;
}

/// 9.5.11.1 and .2 keep one NAS security context a file, later versions two.
Rows df_5gs_rows(size_t count, bool two_contexts, std::string_view routing_indicator) {
  Rows out = rows(kDf5gs, count);
  for (auto member : {"ef-5gs3gppnsc", "ef-5gsn3gppnsc"}) {
    if (!two_contexts) row(out, member).records = 1, row(out, member).size = 57;
  }
  row(out, "ef-routing-indicator").content = routing_indicator;
  return out;
}

/// IoT minimal profiles (9.9): the MF's and the USIM's files in one element.
Rows iot_rows() {
  Rows out = rows(kMf_);
  constexpr uint8_t kAdfRow = 6;
  for (auto member :
       {"adf-usim", "ef-imsi", "ef-arr", "ef-keys", "ef-keysPS", "ef-hpplmn", "ef-ust", "ef-start-hfn",
        "ef-threshold", "ef-psloci", "ef-acc", "ef-fplmn", "ef-loci", "ef-ad", "ef-ecc", "ef-netpar"}) {
    Rows usim = usim_rows(17);
    FileTemplate r = row(usim, member);
    if (r.member == "ef-arr") r.member = "ef-arr-usim";
    r.parent = r.structure == kAdf ? 0 : kAdfRow;
    out.push_back(r);
  }
  return out;
}

Rows opt_iot_rows() {
  Rows usim = usim_rows(17), optional = rows(kOptUsim), out;
  for (auto member : {"ef-fdn", "ef-sms", "ef-smsp", "ef-smss", "ef-spn", "ef-est"})
    out.push_back(row(usim, member));
  for (auto member : {"ef-oplmnwact", "ef-hplmnwact", "ef-ehplmn"}) out.push_back(row(optional, member));
  for (auto member : {"ef-epsloci", "ef-epsnsc"}) out.push_back(row(usim, member));
  for (auto& below : {df_5gs_rows(13, true, "F0FFFFFF"), rows(kDfSaip)}) {
    auto at = static_cast<uint8_t>(out.size());
    for (FileTemplate r : below) {
      if (r.structure != kDf) r.parent = at;
      out.push_back(r);
    }
  }
  return out;
}

std::vector<Template> make_templates() {
  using enum Kind;
  // Kind::mf as base stands for the MF itself.
  return {
      {mf, "2.23.143.1.2.1", true, true, mf, rows(kMf_)},
      {cd, "2.23.143.1.2.2", false, true, mf, rows(kCd)},
      {telecom, "2.23.143.1.2.3", false, true, mf, rows(kTelecom, 38)},
      {telecom, "2.23.143.1.2.3.2", false, true, mf, rows(kTelecom)},
      {usim, "2.23.143.1.2.4", true, true, mf, usim_rows(14)},
      {usim, "2.23.143.1.2.4.2", true, true, mf, usim_rows(17)},
      {opt_usim, "2.23.143.1.2.5", false, false, usim, rows(kOptUsim, 74)},
      {opt_usim, "2.23.143.1.2.5.2", false, false, usim, rows(kOptUsim, 85)},
      {opt_usim, "2.23.143.1.2.5.3", false, false, usim, rows(kOptUsim)},
      {phonebook, "2.23.143.1.2.6", false, true, usim, phonebook_rows()},
      {gsm_access, "2.23.143.1.2.7", false, true, usim, rows(kGsmAccess)},
      {isim, "2.23.143.1.2.8", true, true, mf, rows(kIsim)},
      {opt_isim, "2.23.143.1.2.9", false, false, isim, rows(kOptIsim, 9)},
      {opt_isim, "2.23.143.1.2.9.2", false, false, isim, rows(kOptIsim)},
      {csim, "2.23.143.1.2.10", true, true, mf, rows(kCsim)},
      {csim, "2.23.143.1.2.10.2", true, true, mf, rows(kCsim)},
      {opt_csim, "2.23.143.1.2.11", false, false, csim, rows(kOptCsim)},
      {opt_csim, "2.23.143.1.2.11.2", false, false, csim, rows(kOptCsim)},
      {eap, "2.23.143.1.2.12", false, true, usim, rows(kEap)},
      {df_5gs, "2.23.143.1.2.13", false, true, usim, df_5gs_rows(11, false, "F0FFFFFF")},
      {df_5gs, "2.23.143.1.2.13.2", false, true, usim, df_5gs_rows(13, false, "F0FFFFFF")},
      {df_5gs, "2.23.143.1.2.13.3", false, true, usim, df_5gs_rows(13, true, "F0FFFFFF")},
      {df_5gs, "2.23.143.1.2.13.4", false, true, usim, df_5gs_rows(20, true, "F0FF0000")},
      {df_saip, "2.23.143.1.2.14", false, true, usim, rows(kDfSaip)},
      {df_snpn, "2.23.143.1.2.15", false, true, usim, rows(kDfSnpn)},
      {df_5gprose, "2.23.143.1.2.16", false, true, usim, rows(kDf5gprose)},
      {iot, "2.23.143.1.2.17", true, true, mf, iot_rows()},
      {opt_iot, "2.23.143.1.2.18", false, false, iot, opt_iot_rows()},
  };
}

}  // namespace

const std::vector<Template>& templates() {
  static const std::vector<Template> all = make_templates();
  return all;
}

const Template* find_template(Kind kind, View template_id) {
  for (auto& t : templates()) {
    if (t.kind == kind && equal(oid_content(t.oid), template_id)) return &t;
  }
  return nullptr;
}

const Template* newest_template(Kind kind) {
  const Template* newest = nullptr;
  for (auto& t : templates()) {
    if (t.kind == kind) newest = &t;
  }
  return newest;
}

Bytes oid_content(std::string_view dotted) {
  Bytes out;
  const char* at = dotted.data();
  const char* end = at + dotted.size();
  for (unsigned first = 0, n = 0; at < end; ++n) {
    unsigned arc = 0;
    at = std::from_chars(at, end, arc).ptr + 1;
    if (n == 0) {
      first = arc;
      continue;
    }
    if (n == 1) arc += first * 40;
    for (int shift = 28; shift > 0; shift -= 7) {
      if (arc >> shift != 0) out.push_back(static_cast<uint8_t>(0x80 | (arc >> shift & 0x7F)));
    }
    out.push_back(static_cast<uint8_t>(arc & 0x7F));
  }
  return out;
}

}  // namespace sealift::saip
