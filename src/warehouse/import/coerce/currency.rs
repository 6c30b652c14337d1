//! The currency codes of ISO 4217.

use std::sync::LazyLock;

/// Codes in use, without XTS (for tests) and XXX (no currency), which no amount can have.
const ACTIVE: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN \
    BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR \
    FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY \
    KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU \
    MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON \
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
    TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB \
    XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG";

/// Codes withdrawn since 2000: an order of its day keeps its currency.
const WITHDRAWN: &str = "\
    AFA ANG ATS AZM BEF BGL BGN BYR CSD CUC CYP DEM ECS EEK ESP FIM FRF GHC GRD HRK IEP ITL \
    LTL LUF LVL MGF MRO MTL MZM NLG PTE ROL RUR SDD SIT SKK SLL SRG STD TJR TMM TPE TRL VEB \
    VEF XFU YUM ZMK ZWD ZWL ZWN ZWR";

/// The codes, in order.
static CODES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut codes: Vec<&str> = ACTIVE.split(' ').chain(WITHDRAWN.split(' ')).collect();
    codes.sort_unstable();
    codes
});

/// The code in capitals, if it is one.
pub(super) fn code(text: &str) -> Option<&'static str> {
    let code: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
    let code = code.map(|letter| letter.to_ascii_uppercase());
    let found = CODES.binary_search_by(|known| known.as_bytes().cmp(&code));
    found.ok().map(|index| CODES[index])
}

#[cfg(test)]
mod tests {
    use super::{ACTIVE, WITHDRAWN, code};

    #[test]
    fn only_real_codes_pass_and_become_capitals() {
        assert_eq!(code("EUR"), Some("EUR"));
        assert_eq!(code("usd"), Some("USD"));
        assert_eq!(code("HRK"), Some("HRK"));
        for text in [
            "",
            "EU",
            "EURO",
            "US$",
            "XXX",
            "ABC",
            "AED AFN",
            "ＥＵＲ",
            "D A",
        ] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn both_lists_hold_three_capitals_each() {
        for code in ACTIVE.split(' ').chain(WITHDRAWN.split(' ')) {
            assert!(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
        }
    }
}
