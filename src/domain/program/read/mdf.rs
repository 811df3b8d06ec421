//! `[mdf]`: the rules of the MDF desk.

use super::{
    MOST,
    deals::{amounts, one_of},
    positive, warn_of, whole,
};
use crate::domain::{
    document::{Table, Value},
    mdf::CostShare,
    problem::quoted,
    program::{ApprovalRules, Category, Mdf, ProofKind, SimilarRules},
};

pub fn mdf(root: &Table<'_>) -> Mdf {
    let mut mdf = Mdf::default();
    let Some(table) = root.section("mdf") else { return mdf };
    let number = |key, range, default| table.optional(key).and_then(|value| whole(&value, range)).unwrap_or(default);
    mdf.decide_days = number("decide_days", 1..=365, mdf.decide_days);
    mdf.pay_days = number("pay_days", 1..=365, mdf.pay_days);
    mdf.notice_days = number("notice_days", 0..=365, mdf.notice_days);
    mdf.claim_days = number("claim_days", 0..=3_650, mdf.claim_days);
    mdf.late_claim_days = number("late_claim_days", 0..=3_650, mdf.late_claim_days);
    mdf.rate_max_age_days = number("rate_max_age_days", 0..=365, mdf.rate_max_age_days);
    mdf.splitting_days = number("splitting_days", 0..=3_650, mdf.splitting_days);
    mdf.warn = table.optional("warn").map_or(mdf.warn, |value| warn_of(&value));
    mdf.share = table.optional("share").and_then(|value| share(&value)).unwrap_or(mdf.share);
    mdf.categories = categories(&table);
    if let Some(value) = table.optional("proofs") {
        let kind = |(text, value): (crate::domain::text::Text, Value<'_>)| one_of(&value, &text, "proof", ProofKind::ALL, ProofKind::name);
        mdf.proofs = value.texts().into_iter().filter_map(kind).collect();
    }
    mdf.certification = table.optional("certification").and_then(|value| value.text());
    if let Some(section) = table.section("approval") {
        mdf.approval = approval(&section);
    }
    if let Some(section) = table.section("similar") {
        mdf.similar = similar(&section, &mdf.similar);
    }
    table.finish();
    mdf
}

/// `[50, 50]`: the maker's and the partner's part, and the distributor's where there is one.
fn share(value: &Value<'_>) -> Option<CostShare> {
    let entries = value.list();
    let parts: Vec<u32> = entries.iter().filter_map(|entry| entry.integer(0..=1_000)).map(positive).collect();
    if parts.len() < entries.len() {
        return None;
    }
    let share = match parts[..] {
        [maker, partner] => CostShare { maker, partner, distributor: 0 },
        [maker, partner, distributor] => CostShare { maker, partner, distributor },
        _ => {
            let count = if parts.len() == 1 { "one part".to_owned() } else { format!("{} parts", parts.len()) };
            value.problem(format!("{} has {count}", value.label()), "write the maker's and the partner's, such as [50, 50]");
            return None;
        }
    };
    if !share.is_sound() {
        value.problem("nobody bears the cost", "at least one part is more than 0");
        return None;
    }
    Some(share)
}

fn categories(mdf: &Table<'_>) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for row in mdf.optional("category").map(|value| value.tables_up_to(MOST)).unwrap_or_default() {
        let name = row.required("name").and_then(|value| Some((value.text()?, value)));
        let share = row.optional("share").and_then(|value| share(&value));
        row.finish();
        let Some((name, value)) = name else { continue };
        if categories.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
            value.problem(format!("the category {} stands twice", quoted(&name)), "capitals make no difference");
        }
        categories.push(Category { name, share });
    }
    categories
}

/// Once a program states limits, those of other currencies are gone: who approves what is then all in one place.
fn approval(table: &Table<'_>) -> ApprovalRules {
    let section = |key| table.section(key);
    let (one, two) = (section("one"), section("two"));
    let read = |section: Option<&Table<'_>>| section.map(amounts).unwrap_or_default();
    let rules = ApprovalRules { one: read(one.as_ref()), two: read(two.as_ref()) };
    for low in &rules.one {
        if let Some(high) = rules.two.iter().find(|high| high.currency == low.currency && high.minor < low.minor) {
            let message = format!("two people approve up to {high}, and one alone up to {low}");
            table.problem(message, "the limit of two is the higher one");
        }
    }
    if rules.one.is_empty() && rules.two.is_empty() {
        table.problem("no currency has a limit, so every approval would take two people and finance", "state one = { EUR = 5000 }");
    }
    table.finish();
    rules
}

fn similar(table: &Table<'_>, default: &SimilarRules) -> SimilarRules {
    let days = table.optional("days").and_then(|value| whole(&value, 0..=3_650)).unwrap_or(default.days);
    let percent = table.optional("percent").and_then(|value| value.integer(1..=100)).and_then(|percent| u8::try_from(percent).ok());
    table.finish();
    SimilarRules { days, percent: percent.unwrap_or(default.percent) }
}

#[cfg(test)]
mod tests {
    use crate::domain::program::{Mdf, Program, diff, parse};

    const HEAD: &str = "[program]\nname = \"P\"\nzone = \"UTC\"\ncalendar = \"c\"\n[calendars.c]\nzone = \"UTC\"\nhours = { mon-sun = [\"00:00-24:00\"] }\n[tiers.gold]\nrank = 1\nlead_weight = 1\n";

    fn read(mdf: &str) -> Result<Program, Vec<String>> {
        let told = |problems: Vec<crate::domain::problem::Problem>| problems.iter().map(ToString::to_string).collect();
        parse("p.toml", &format!("{HEAD}{mdf}")).map_err(told)
    }

    #[test]
    fn a_program_without_the_section_has_the_defaults() {
        assert_eq!(read("").unwrap().mdf, Mdf::default());
        assert_eq!(read("[mdf]\n").unwrap().mdf, Mdf::default());
    }

    #[test]
    fn every_rule_can_be_stated_and_shows_in_the_plan() {
        let text = "[mdf]\ndecide_days = 3\npay_days = 7\nwarn = [80]\nnotice_days = 21\nclaim_days = 60\nlate_claim_days = 0\n\
                    rate_max_age_days = 3\nshare = [1, 1, 1]\nproofs = [\"invoice\", \"payment\"]\ncertification = \"Marketing\"\n\
                    splitting_days = 14\napproval = { one = { EUR = 1000, JPY = 150000 }, two = { EUR = 2000.5 } }\n\
                    similar = { days = 10, percent = 90 }\n[[mdf.category]]\nname = \"Event\"\nshare = [100, 0]\n";
        let (before, after) = (read("").unwrap(), read(text).unwrap());
        let mdf = &after.mdf;
        assert_eq!((mdf.approval.one.len(), mdf.approval.two[0].to_string()), (2, "EUR 2,000.50".into()));
        assert_eq!((mdf.share.to_string(), mdf.most_share("event").to_string()), ("1/1/1".into(), "100/0".into()));
        let changes = diff(&before, &after);
        let changed =
            |path: &str| changes.iter().find(|change| change.path == path).map(|change| (change.before.clone(), change.after.clone()));
        for (path, was, is) in [
            ("mdf.decide_days", Some("5"), Some("3")),
            ("mdf.pay_days", Some("10"), Some("7")),
            ("mdf.warn", Some("50, 75, 90"), Some("80")),
            ("mdf.notice_days", Some("14"), Some("21")),
            ("mdf.claim_days", Some("45"), Some("60")),
            ("mdf.late_claim_days", Some("45"), Some("0")),
            ("mdf.rate_max_age_days", Some("7"), Some("3")),
            ("mdf.share", Some("50/50"), Some("1/1/1")),
            ("mdf.category Event.share", None, Some("100/0")),
            ("mdf.proofs", Some("invoice, performance"), Some("invoice, payment")),
            ("mdf.certification", None, Some("Marketing")),
            ("mdf.approval.one.EUR", Some("5000.00"), Some("1000.00")),
            ("mdf.approval.one.USD", Some("5000.00"), None),
            ("mdf.approval.two.EUR", Some("25000.00"), Some("2000.50")),
            ("mdf.splitting_days", Some("30"), Some("14")),
            ("mdf.similar.days", Some("30"), Some("10")),
            ("mdf.similar.percent", Some("80"), Some("90")),
        ] {
            assert_eq!(changed(path), Some((was.map(str::to_owned), is.map(str::to_owned))), "{path}");
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_line_and_what_to_do() {
        for (text, problem) in [
            ("[mdf]\nnotice_day = 3\n", "p.toml:12:1: "),
            ("[mdf]\ndecide_days = 0\n", "p.toml:12:15: "),
            ("[mdf]\nshare = [50]\n", "p.toml:12:9: "),
            ("[mdf]\nshare = [0, 0]\n", "nobody bears the cost; at least one part is more than 0"),
            ("[mdf]\nproofs = [\"invoce\"]\n", "there is no proof \"invoce\"; did you mean \"invoice\"?"),
            ("[mdf.approval]\none = { EUR = 10 }\ntwo = { EUR = 9 }\n", "two people approve up to EUR 9.00, and one alone up to EUR 10.00"),
            ("[mdf.approval]\n", "no currency has a limit"),
            ("[mdf.approval]\none = { DEM = 10 }\n", "\"DEM\" is not an active currency code"),
            ("[[mdf.category]]\nname = \"A\"\n[[mdf.category]]\nname = \"a\"\n", "p.toml:14:8: the category \"a\" stands twice"),
            ("[mdf.similar]\npercent = 101\n", "p.toml:12:11: "),
        ] {
            let problems = read(text).unwrap_err();
            assert!(problems.iter().any(|told| told.contains(problem)), "{text}: {problems:?}");
        }
    }
}
