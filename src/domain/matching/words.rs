//! What words of company names are worth: abbreviations written out, and how little a common word says.
//!
//! The tables are written for this program. Weights are hundredths: a rare word weighs 100, "the" nothing. They are fixed, not
//! counted from the data at hand, so that a lead matches the same way whatever arrived before it.

use super::{normalise::canonical_as_spelt, similarity::edits};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::LazyLock,
};

/// FNV-1a: short words hash in a few nanoseconds, and the same everywhere.
#[derive(Clone)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

pub type FnvMap<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

pub type FnvSet<K> = HashSet<K, BuildHasherDefault<Fnv>>;

/// A set of the words of a list.
pub fn fnv_set(list: &'static str) -> FnvSet<&'static str> {
    list.split_whitespace().collect()
}

/// Each line: the word in full, then what people write instead (already folded: lower case, singular).
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("academy", "acad akademie academia academie accademia"),
    ("administration", "admin adm"),
    ("advanced", "adv"),
    ("agricultural", "agric agri agriculture"),
    ("aktiengesellschaft", "aktienges"),
    ("america", "american americas"),
    ("association", "assoc assn asso associacion associazione"),
    ("associate", "assoc.s associated"),
    ("automotive", "automot"),
    ("aviation", "avia"),
    ("board", "bd"),
    ("brother", "bros bro gebrueder gebruder"),
    ("building", "bldg"),
    ("chemical", "chem chemie chemicals"),
    ("center", "centre ctr cntr cent centro centrum zentrum"),
    ("college", "coll"),
    ("commercial", "comml"),
    ("communication", "comm comms commun communications"),
    ("community", "cmty"),
    ("company", "co cos cie compagnie companie compania companhia compagnia coy cia"),
    ("computer", "comp computing"),
    ("construction", "constr const"),
    ("consultant", "consult consulting consultancy"),
    ("corporation", "corp corporate corporacion corporate crop"),
    ("department", "dept"),
    ("development", "devel dev dvlpmt developmental"),
    ("division", "div"),
    ("distribution", "distr distrib distributor distributing"),
    ("economic", "econ"),
    ("education", "educ educational"),
    ("electric", "elec electr elect electrical elektrik elektro"),
    ("electronic", "electron elektronik elektronic electronique"),
    ("energy", "energie energia"),
    ("engineering", "eng engrg engr engng engineer"),
    ("enterprise", "ent entp"),
    ("environmental", "environ environment"),
    ("equipment", "equip eqpt"),
    ("europe", "european europa eur"),
    ("finance", "fin financial"),
    ("foundation", "found fdn fndn foundations"),
    ("general", "gen generale"),
    ("germany", "deutschland german deutsche"),
    ("government", "govt gov"),
    ("group", "grp gruppe groupe grupo gruppo groep gruppen"),
    ("hospital", "hosp hopital"),
    ("holding", "hldg hldgs holdings"),
    ("incorporated", "inc incorp incorporation"),
    ("industry", "ind inds indus industrie industria industrial industriale industriel industrielle"),
    ("information", "info inform"),
    ("institute", "inst instit institut instituto istituto institution"),
    ("instrument", "instr instruments instrumentation"),
    ("insurance", "ins"),
    ("international", "intl internatl intern internationale internacional internazionale int"),
    ("investment", "inv invest"),
    ("japan", "nippon nihon"),
    ("junior", "jr"),
    ("kabushiki", "kabusiki kabushika"),
    ("laboratory", "lab labs labor laboratoire laboratoires laboratorio labo laboratorium"),
    ("limited", "ltd ltda limitada limitee lmtd lt"),
    ("logistic", "logistik logistique"),
    ("machine", "mach"),
    ("maintenance", "maint"),
    ("management", "mgmt mgt mngt managment"),
    ("manufacturing", "mfg manuf manufac mfr manufacture manufacturer mfrs mnfg"),
    ("marketing", "mktg"),
    ("material", "matl mat"),
    ("mechanical", "mech"),
    ("medical", "med medicine"),
    ("memorial", "meml mem"),
    ("metropolitan", "metro"),
    ("mount", "mt"),
    ("national", "natl nat nationale nacional"),
    ("netherland", "nederland niederlande"),
    ("north", "nord"),
    ("operation", "oper opers ops"),
    ("organization", "org organisation"),
    ("partner", "ptnr"),
    ("petroleum", "petrol"),
    ("pharmaceutical", "pharm pharma pharmaceutic pharmazeutika"),
    ("precision", "prec"),
    ("processing", "proc"),
    ("product", "prod prods produkt produkte produit"),
    ("property", "ppty"),
    ("quality", "qual"),
    ("railway", "rwy rly"),
    ("represented", "respresented"),
    ("regent", "regents"),
    ("research", "res rsch recherche"),
    ("saint", "st"),
    ("school", "sch schl"),
    ("science", "sci scientific scientifique"),
    ("secretary", "sec secy"),
    ("security", "secur"),
    ("semiconductor", "semicond"),
    ("service", "svc srv serv servicio servizi svcs"),
    ("society", "soc"),
    ("societe", "ste"),
    ("software", "sw"),
    ("solution", "soln solns"),
    ("south", "sued sud"),
    ("supply", "splly"),
    ("switzerland", "schweiz suisse"),
    ("system", "sys syst systeme"),
    ("technical", "techn technische technique"),
    ("technology", "tech technol technologie technologia tecnologia teknologi technik technics"),
    ("telecommunication", "telecom telekom telecomm telekommunikation"),
    ("trading", "trdg"),
    ("transport", "transp transportation trans"),
    ("new york", "ny"),
    ("new jersey", "nj"),
    ("texas", "tx"),
    ("pennsylvania", "penna penn"),
    ("state", "stat"),
    ("university", "univ universitaet universitat universite universidad universita universiteit universitet uni universidade"),
    ("us", "usa"),
    ("veterinary", "vet"),
    ("warehouse", "whse"),
    ("wholesale", "whsl"),
    ("work", "wrk wks"),
];

/// How much a common word says. A word that stands nowhere weighs by its length, see [`weight`].
const WEIGHTS: &[(u8, &str)] = &[
    (
        0,
        "the of and or a an for to in at by on und der die das fuer von zu et le les la des du de del della di da do dos das y e el los las en i och og \
         op van het ved formerly dba aka pour por per",
    ),
    (4, "incorporated limited corporation company gmbh llc bv nv ag sa spa srl sarl plc pty kg co kk oy ab aps kgaa llp"),
    (
        8,
        "board trustee trustees regent regents supervisor supervisors behalf represented through acting act its successor administrator secretary \
         royal koninklijke koninklyke koninkl junior",
    ),
    (14, "group holding enterprise societe firm society"),
    (20, "united state america department"),
    (
        24,
        "international global worldwide industry service product general association partner associate brother son gesellschaft internet com net www",
    ),
    (28, "system technology solution management consultant manufacturing development national institute company"),
    (32, "engineering research laboratory center office division foundation agency commission republic early head start program site"),
    (
        34,
        "university college school electric electronic communication information computer software network data medical health care hospital \
          pharmaceutical chemical energy power equipment machine instrument tool material science scientific technical design trading transport logistic \
          supply distribution marketing finance insurance investment capital bank property estate construction building food restaurant hotel store shop \
          market home house life first new advanced applied modern standard universal central premier quality best professional business commercial \
          consumer digital mobile online media publishing print education child children day learning community family youth administration \
          memorial public christian church saint city county town district metropolitan senior elementary",
    ),
    (
        40,
        "plastic paper steel metal glass rubber oil gas petroleum water air auto automotive motor car aviation aerospace marine railway security \
          control automation precision optical laser semiconductor device component part biotech bio nano environmental agricultural farm wine \
          beverage brewery textile fashion leather furniture wood packaging container filter pump valve engine bearing coating adhesive film imaging \
          diagnostic therapeutic dental surgical wireless telecommunication interactive entertainment game toy sport travel tour advisory law legal \
          accounting audit personnel staffing wholesale retail export import operation processing process resource innovation concept creative \
          idea dynamic integrated specialty custom special personal trust fund academy ministry authority cooperative union alliance league council \
          committee bureau nursery preschool kindergarten daycare",
    ),
    (
        60,
        "north south east west northern southern eastern western europe asia africa pacific atlantic germany france italy spain netherland belgium \
          switzerland austria sweden norway denmark finland poland portugal ireland greece turkey russia china japan india korea taiwan singapore malaysia \
          thailand indonesia australia canada mexico brazil argentina chile colombia israel egypt uk us england britain scotland wales british french \
          italian spanish dutch swiss swedish canadian chinese japanese indian korean york london paris tokyo berlin munich chicago boston amsterdam \
          washington hong kong texas california florida oregon michigan illinois ohio pennsylvania georgia virginia carolina maryland massachusetts \
          minnesota wisconsin missouri tennessee kentucky alabama louisiana oklahoma kansas iowa nebraska utah nevada colorado arizona jersey connecticut \
          delaware hawaii alaska idaho montana wyoming dakota mississippi arkansas indiana vermont hampshire maine rhode ontario quebec columbia alberta",
    ),
];

static FULL: LazyLock<FnvMap<&'static str, &'static str>> =
    LazyLock::new(|| ABBREVIATIONS.iter().flat_map(|(full, short)| short.split_whitespace().map(move |short| (short, *full))).collect());

static WEIGHT: LazyLock<FnvMap<Box<str>, u8>> = LazyLock::new(|| {
    let mut weights = FnvMap::default();
    for (weight, list) in WEIGHTS {
        for word in list.split_whitespace() {
            weights.entry(canonical_as_spelt(word).into()).or_insert(*weight);
        }
    }
    weights
});

/// Common words long enough that one wrong letter still leaves no doubt, by each spelling with one letter left out.
static MISSPELT: LazyLock<FnvMap<Box<str>, &'static str>> = LazyLock::new(|| {
    let mut by_gap = FnvMap::default();
    let listed = WEIGHTS.iter().flat_map(|(_, list)| list.split_whitespace()).chain(ABBREVIATIONS.iter().map(|(full, _)| *full));
    for word in listed.filter(|word| is_correctable(word) && canonical_as_spelt(word) == *word) {
        for gap in gaps(word) {
            by_gap.entry(gap.into()).or_insert(word);
        }
        by_gap.entry(word.into()).or_insert(word);
    }
    by_gap
});

fn is_correctable(word: &str) -> bool {
    word.len() >= 8 || matches!(word, "limited" | "company")
}

/// The word with each of its letters but the first left out in turn.
fn gaps(word: &str) -> impl Iterator<Item = String> {
    (1..word.len()).map(move |at| [&word[..at], &word[at + 1..]].concat())
}

/// The common word of which `word` is a misspelling by one letter (left out, added, wrong or two swapped).
pub fn corrected(word: &str) -> Option<&'static str> {
    if !(6..=24).contains(&word.len()) || WEIGHT.contains_key(word) {
        return None;
    }
    let hit = |spelling: &str| MISSPELT.get(spelling).copied().filter(|meant| edits(word.as_bytes(), meant.as_bytes(), 1) == 1);
    hit(word).or_else(|| {
        let mut gap = [0; 24];
        (1..word.len()).find_map(|at| {
            let (front, back) = (&word.as_bytes()[..at], &word.as_bytes()[at + 1..]);
            gap[..at].copy_from_slice(front);
            gap[at..word.len() - 1].copy_from_slice(back);
            std::str::from_utf8(&gap[..word.len() - 1]).ok().and_then(hit)
        })
    })
}

/// The full spelling of an abbreviation.
pub fn written_out(word: &str) -> Option<&'static str> {
    if word.len() > 20 { None } else { FULL.get(word).copied().filter(|full| *full != word) }
}

/// What the word (in its canonical spelling) says about who is meant, in hundredths.
pub fn weight(word: &str) -> u8 {
    if let Some(weight) = WEIGHT.get(word) {
        return *weight;
    }
    if is_number(word) {
        return 60;
    }
    match word.len() {
        0 => 0,
        1 => 30,
        2 => 60,
        3 => 80,
        _ => 100,
    }
}

/// Digits, or the Roman numerals by which companies and funds count their sisters.
pub fn is_number(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
        || matches!(
            word,
            "ii" | "iii"
                | "iv"
                | "vi"
                | "vii"
                | "viii"
                | "ix"
                | "xi"
                | "xii"
                | "xiii"
                | "xiv"
                | "xv"
                | "xvi"
                | "xvii"
                | "xviii"
                | "xix"
                | "xx"
        )
}
