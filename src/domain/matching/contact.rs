//! Web and mail domains, telephone numbers, postal codes and streets in one spelling each.

use super::normalise::normalise;

/// Mail domains that anybody may have: they say nothing about whom somebody works for. Country variants (`yahoo.de`) are
/// covered by the first label in [`FREE_MAIL_BRANDS`].
const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "aim.com",
    "mail.com",
    "email.com",
    "usa.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "freenet.de",
    "arcor.de",
    "online.de",
    "posteo.de",
    "posteo.net",
    "mailbox.org",
    "1und1.de",
    "vodafone.de",
    "kabelmail.de",
    "unitybox.de",
    "protonmail.com",
    "proton.me",
    "pm.me",
    "tutanota.com",
    "tutanota.de",
    "tuta.io",
    "fastmail.com",
    "fastmail.fm",
    "hushmail.com",
    "zoho.com",
    "zohomail.com",
    "inbox.com",
    "mail.ru",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "ya.ru",
    "rambler.ru",
    "lenta.ru",
    "ukr.net",
    "i.ua",
    "meta.ua",
    "bigmir.net",
    "tut.by",
    "abv.bg",
    "mail.bg",
    "seznam.cz",
    "centrum.cz",
    "email.cz",
    "atlas.cz",
    "volny.cz",
    "post.cz",
    "azet.sk",
    "centrum.sk",
    "zoznam.sk",
    "post.sk",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "onet.eu",
    "op.pl",
    "interia.pl",
    "interia.eu",
    "poczta.fm",
    "vp.pl",
    "gazeta.pl",
    "tlen.pl",
    "freemail.hu",
    "citromail.hu",
    "indamail.hu",
    "t-online.hu",
    "inbox.lv",
    "inbox.lt",
    "mail.ee",
    "hot.ee",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "neuf.fr",
    "laposte.net",
    "bbox.fr",
    "numericable.fr",
    "club-internet.fr",
    "aliceadsl.fr",
    "cegetel.net",
    "libero.it",
    "virgilio.it",
    "alice.it",
    "tiscali.it",
    "tin.it",
    "tim.it",
    "inwind.it",
    "iol.it",
    "fastwebnet.it",
    "email.it",
    "poste.it",
    "pec.it",
    "legalmail.it",
    "aruba.it",
    "terra.es",
    "telefonica.net",
    "ono.com",
    "movistar.es",
    "sapo.pt",
    "clix.pt",
    "netcabo.pt",
    "iol.pt",
    "mail.telepac.pt",
    "terra.com.br",
    "uol.com.br",
    "bol.com.br",
    "ig.com.br",
    "globo.com",
    "globomail.com",
    "r7.com",
    "oi.com.br",
    "zipmail.com.br",
    "prodigy.net.mx",
    "arnet.com.ar",
    "fibertel.com.ar",
    "speedy.com.ar",
    "btinternet.com",
    "btopenworld.com",
    "talktalk.net",
    "sky.com",
    "virginmedia.com",
    "ntlworld.com",
    "blueyonder.co.uk",
    "tesco.net",
    "tiscali.co.uk",
    "o2.co.uk",
    "eircom.net",
    "telenet.be",
    "skynet.be",
    "proximus.be",
    "ziggo.nl",
    "kpnmail.nl",
    "kpnplanet.nl",
    "planet.nl",
    "home.nl",
    "hetnet.nl",
    "xs4all.nl",
    "casema.nl",
    "chello.nl",
    "quicknet.nl",
    "bluewin.ch",
    "hispeed.ch",
    "sunrise.ch",
    "swissonline.ch",
    "chello.at",
    "aon.at",
    "a1.net",
    "inode.at",
    "telia.com",
    "bredband.net",
    "spray.se",
    "comhem.se",
    "tele2.se",
    "online.no",
    "broadpark.no",
    "getmail.no",
    "mail.dk",
    "jubii.dk",
    "tdcadsl.dk",
    "stofanet.dk",
    "webspeed.dk",
    "kolumbus.fi",
    "elisanet.fi",
    "luukku.com",
    "saunalahti.fi",
    "pp.inet.fi",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "bellsouth.net",
    "cox.net",
    "charter.net",
    "earthlink.net",
    "juno.com",
    "netzero.net",
    "optonline.net",
    "roadrunner.com",
    "rr.com",
    "twc.com",
    "frontier.com",
    "frontiernet.net",
    "windstream.net",
    "centurylink.net",
    "embarqmail.com",
    "mindspring.com",
    "netscape.net",
    "excite.com",
    "lycos.com",
    "pacbell.net",
    "ameritech.net",
    "swbell.net",
    "prodigy.net",
    "peoplepc.com",
    "shaw.ca",
    "rogers.com",
    "sympatico.ca",
    "telus.net",
    "videotron.ca",
    "bell.net",
    "cogeco.ca",
    "bigpond.com",
    "bigpond.net.au",
    "optusnet.com.au",
    "ozemail.com.au",
    "iinet.net.au",
    "tpg.com.au",
    "internode.on.net",
    "dodo.com.au",
    "xtra.co.nz",
    "slingshot.co.nz",
    "qq.com",
    "vip.qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "tom.com",
    "139.com",
    "189.cn",
    "wo.cn",
    "21cn.com",
    "aliyun.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "nate.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "softbank.ne.jp",
    "nifty.com",
    "biglobe.ne.jp",
    "so-net.ne.jp",
    "ocn.ne.jp",
    "plala.or.jp",
    "hinet.net",
    "pchome.com.tw",
    "seed.net.tw",
    "rediffmail.com",
    "rediff.com",
    "sify.com",
    "indiatimes.com",
    "vsnl.net",
    "vsnl.com",
    "dataone.in",
    "walla.com",
    "walla.co.il",
    "netvision.net.il",
    "012.net.il",
    "bezeqint.net",
    "zahav.net.il",
    "mynet.com",
    "superonline.com",
    "ttmail.com",
    "emirates.net.ae",
    "eim.ae",
    "mweb.co.za",
    "telkomsa.net",
    "webmail.co.za",
    "vodamail.co.za",
    "absamail.co.za",
    "otenet.gr",
    "forthnet.gr",
    "in.gr",
    "freemail.gr",
    "hol.gr",
    "siol.net",
    "t-2.net",
    "net.hr",
    "inet.hr",
    "hi.inet.hr",
    "ptt.rs",
    "eunet.rs",
    "mailinator.com",
    "guerrillamail.com",
    "10minutemail.com",
    "yopmail.com",
    "trashmail.com",
    "tempmail.com",
    "sharklasers.com",
    "maildrop.cc",
    "duck.com",
    "hey.com",
    "mozmail.com",
    "privaterelay.appleid.com",
    "appleid.com",
    "example.com",
    "example.org",
    "example.net",
    "test.com",
    "none.com",
    "noemail.com",
];

/// Free mail under every country's ending (`yahoo.co.uk`, `hotmail.fr`), and sites on which anybody has a page.
const FREE_MAIL_BRANDS: &[&str] = &[
    "yahoo",
    "ymail",
    "rocketmail",
    "hotmail",
    "outlook",
    "live",
    "msn",
    "gmx",
    "yandex",
    "gmail",
    "aol",
    "googlemail",
    "facebook",
    "linkedin",
    "twitter",
    "instagram",
    "xing",
    "youtube",
    "wixsite",
    "wordpress",
    "blogspot",
    "weebly",
    "squarespace",
    "tumblr",
    "jimdo",
    "jimdosite",
    "godaddysites",
    "webnode",
    "tripod",
    "geocities",
    "angelfire",
    "linktr",
    "etsy",
    "ebay",
    "amazon-seller",
    "alibaba-shop",
    "wikipedia",
    "yelp",
    "tiktok",
    "webflow",
    "myshopify",
    "business-site",
    "onepage",
    "carrd",
    "github",
    "notion",
];

/// Labels under which a country registers names: `acme.co.uk` is registered under `co.uk`.
const SECOND_LEVEL: &[&str] = &[
    "co", "com", "org", "net", "gov", "ac", "edu", "ltd", "plc", "me", "or", "ne", "go", "ad", "gr", "lg", "nom", "gob", "govt", "gouv",
    "ind", "firm", "gen", "mil", "sch", "nhs", "police", "id", "asn", "web", "biz", "info", "in", "res", "nic", "re", "pe", "kr", "art",
    "adv", "eng", "med", "eti", "srv", "ind", "inf", "school", "geek", "iwi", "maori", "tm", "asso", "presse", "k12", "muni", "idf", "sp",
    "rj",
];

/// The part of a web address or mail domain that somebody registered: `https://www.shop.acme.co.uk/x` gives `acme.co.uk`.
/// Empty when there is none.
pub fn registrable(raw: &str) -> String {
    let raw = raw.trim();
    let host = raw.split_once("://").map_or(raw, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ' ', ',', ';']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.trim_matches('.').to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let letters = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let [.., second, top] = labels.as_slice() else { return String::new() };
    if !labels.iter().all(|label| letters(&label)) || top.len() < 2 || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return String::new();
    }
    let keep = if top.len() == 2 && labels.len() > 2 && SECOND_LEVEL.contains(second) { 3 } else { 2 };
    labels[labels.len() - keep..].join(".")
}

/// Whether anybody may have an address there. `extra` are the channel program's own.
pub fn is_free_mail(domain: &str, extra: &[String]) -> bool {
    let brand = domain.split('.').next().unwrap_or_default();
    FREE_MAIL.contains(&domain) || FREE_MAIL_BRANDS.contains(&brand) || extra.iter().any(|free| free.eq_ignore_ascii_case(domain))
}

/// A mailbox as `(local part, domain)`, lower-case, without a `+tag`; `None` when it is not an address.
pub fn mailbox(raw: &str) -> Option<(String, String)> {
    let raw = raw.trim().trim_start_matches("mailto:").trim_matches(['<', '>']);
    let (local, domain) = raw.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or_default().to_lowercase();
    let domain = domain.trim_matches('.').to_lowercase();
    let fine = !local.is_empty() && !local.contains([' ', '@', ',', ';']) && domain.contains('.') && !domain.contains([' ', ',', ';', '/']);
    fine.then_some((local, domain))
}

/// The national digits of a telephone number, at most the last ten; empty when they are too few or say nothing (`0000000`).
pub fn phone(raw: &str) -> String {
    let raw = raw.replace("(0)", "");
    let lower = raw.to_ascii_lowercase();
    let end = ["ext", "x", "durchwahl", "#"].iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 6).min().unwrap_or(raw.len());
    let digits: String = lower[..end].chars().filter_map(|c| c.to_digit(10)).filter_map(|digit| char::from_digit(digit, 10)).collect();
    let national = digits.trim_start_matches('0');
    if national.len() < 6 || national.bytes().all(|byte| Some(byte) == national.bytes().next()) {
        return String::new();
    }
    national[national.len().saturating_sub(10)..].to_owned()
}

/// Letters and digits only, upper case; American ZIP+4 is cut to five.
pub fn postal(raw: &str) -> String {
    let raw = raw.trim();
    if let Some((five, four)) = raw.split_once('-')
        && five.len() == 5
        && four.len() == 4
        && raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return five.to_owned();
    }
    let mut code: String = raw.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    code.truncate(10);
    code
}

/// Words of streets that are written in many ways; everything else in a street is a name or a number.
const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("saint", "st"),
    ("str", "st"),
    ("strasse", "st"),
    ("avenu", "ave"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("road", "rd"),
    ("boulevard", "blvd"),
    ("blv", "blvd"),
    ("bd", "blvd"),
    ("board", "blvd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("place", "pl"),
    ("square", "sq"),
    ("court", "ct"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("suite", "ste"),
    ("societe", "ste"),
    ("floor", "fl"),
    ("building", "bldg"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
];

/// A street in words of one spelling: `"221 E. 51st Street"` gives `"221 e 51st st"`.
pub fn street(raw: &str) -> String {
    if raw.trim().is_empty() {
        return String::new();
    }
    let first_line = raw.trim().lines().next().unwrap_or_default();
    let mut out = String::with_capacity(first_line.len());
    for word in normalise(first_line).split(' ') {
        let word = match word.strip_suffix("strasse").or_else(|| word.strip_suffix("str")) {
            Some(stem) if stem.len() > 2 => stem,
            _ => STREET_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| *short),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// How far two streets (as [`street`] gives them) agree: number and name, or the name alone; 0 is a conflict.
pub fn street_agreement(a: &str, b: &str) -> u32 {
    if a == b {
        return 10_000;
    }
    let numbered = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    let number = |street: &str| street.split(' ').find(numbered).map(str::len).unwrap_or_default();
    let first = |street| str::split(street, ' ').find(numbered).unwrap_or_default();
    let named = |word: &&str| word.len() > 2 && !matches!(*word, "ave" | "blvd" | "hwy" | "pkwy" | "ste" | "bldg" | "str");
    let shared = a
        .split(' ')
        .filter(|word| named(word) && *word != first(a))
        .any(|word| b.split(' ').any(|other| other == word && other != first(b)));
    if number(a) > 0 && first(a) == first(b) && shared {
        9_000
    } else if number(a) > 0 && first(a) == first(b) {
        4_000
    } else if shared {
        1
    } else {
        0
    }
}
