use super::*;
use crate::domain::{
    deal::fields::Deals,
    id::OperatorId,
    search,
    time::{Instant, Span},
};
use chrono_tz::Tz;
use proptest::prelude::*;

/// A record of our own: what the language means does not depend on what a lead is.
#[derive(Debug, Clone, Default)]
struct Record {
    country: Option<String>,
    source: Option<String>,
    company: Option<String>,
    score: Option<i64>,
    due: Option<Instant>,
    received: Option<Instant>,
    search: String,
}

impl Fields for Record {
    fn get(&self, field: Field) -> Datum<'_> {
        match field {
            Field::Country => self.country.as_deref().map_or(Datum::Missing, Datum::Text),
            Field::Source => self.source.as_deref().map_or(Datum::Missing, Datum::Text),
            Field::Company => self.company.as_deref().map_or(Datum::Missing, Datum::Text),
            Field::Score => self.score.map_or(Datum::Missing, Datum::Number),
            Field::Due => self.due.map_or(Datum::Missing, Datum::Instant),
            Field::Received => self.received.map_or(Datum::Missing, Datum::Instant),
            _ => Datum::Missing,
        }
    }

    fn search(&self) -> &str {
        &self.search
    }

    fn is(&self, flag: Flag, context: &Context) -> bool {
        flag == Flag::Breached && self.due.is_some_and(|due| due < context.now)
    }
}

fn at(text: &str) -> Instant {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

fn context() -> Context<'static> {
    Context { now: at("2026-03-11T09:00:00Z"), zone: Tz::Europe__Berlin, me: OperatorId(2), marked: &[], reach: None }
}

fn acme() -> Record {
    Record {
        country: Some("DE".into()),
        source: Some("partner-referral".into()),
        company: Some(search::words("Acme Löwen GmbH")),
        score: Some(70),
        due: Some(at("2026-03-11T11:00:00Z")),
        received: Some(at("2026-03-04T08:59:59Z")),
        search: search::words("Acme Löwen GmbH Berlin Anna Schmidt"),
    }
}

#[track_caller]
fn holds(filter: &str, expected: bool) {
    let tree = parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    assert_eq!(eval(&tree, &acme(), &context()), expected, "{filter} = {tree:?}");
}

#[test]
fn terms_mean_what_they_say() {
    for filter in [
        "",
        "  ",
        "acme",
        "ACM",
        "löw",
        "lowen berl",
        "\"acme lowen\"",
        "\"anna schm\"",
        "country:DE",
        "country:germany",
        "c=de",
        "country:FR,DE",
        "country != FR",
        "score>=70",
        "score:50..80",
        "score:..70",
        "score:70..",
        "score > 69",
        "score:>69",
        "score<71 country:DE acme",
        "-acme or berlin",
        "not (foo or bar)",
        "-score>70",
        "source:partner-referral",
        "source:\"Partner Referral\"",
        "source:partner_referral",
        "company:\"loewen\" or company:low",
        "company:any",
        "city:none",
        "city!=any",
        "due<=2h",
        "due:2h",
        "due<3h",
        "due:today",
        "due<tomorrow",
        "due:2026-03-11",
        "due>2026-03-10",
        "due:2026-03",
        "due:2026",
        "due:1h..3h",
        "due>=2026-03-11T12:00",
        "received>7d",
        "received:8d",
        "received<8d",
        "received:7d..8d",
        "received:2026-03-04",
        "received:2026-02..2026-03",
        "received<week",
        "-is:breached",
        "is!=breached",
        "foo or acme",
        "foo or (acme berlin)",
        "acme and berlin",
        "-tier:gold",
        "tier!=gold",
        "--acme",
    ] {
        holds(filter, true);
    }
    for filter in [
        "\"acme berlin\"",
        "me",
        "country:FR",
        "-country:DE",
        "score>70",
        "score<70",
        "due<2h",
        "due>2h",
        "due:tomorrow",
        "due:yesterday",
        "due>2026-03-11",
        "received<7d",
        "received:7d",
        "received:2026-02",
        "is:breached",
        "tier:gold",
        "offers>0",
        "-offers:none",
        "company:none",
        "foo or bar",
        "acme foo",
        "-(acme or foo)",
        "due>=2026-03-11T12:01",
    ] {
        holds(filter, false);
    }
}

#[test]
fn a_missing_value_compares_false_and_its_negation_true() {
    let nothing = Record::default();
    for filter in ["country:DE", "score<1", "score:..0", "due<2h", "company:acme", "received:2026", "acme"] {
        let tree = parse(filter).unwrap();
        assert!(!eval(&tree, &nothing, &context()), "{filter}");
        assert!(eval(&tree.excluded(), &nothing, &context()), "-{filter}");
    }
}

#[test]
fn a_number_that_stands_alone_is_the_record_that_is_called_so() {
    fn parsed(text: &str) -> Filter<Deals> {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }
    for (text, same) in
        [("D-235", "id:D-235"), ("d-235", "id:235"), ("acme -D-2", "acme -id:D-2"), ("C-17", "case:C-17"), ("c-17", "case:17")]
    {
        assert_eq!(parsed(text), parsed(same), "{text}");
        assert_eq!(parsed(&parsed(text).to_string()), parsed(text), "{text}: written back");
    }
    assert_eq!(parse::<Leads>("L-12"), parse::<Leads>("id:L-12"));
    // In quotes, in another room, or written otherwise it is a word.
    for text in ["\"D-235\"", "L-12", "D-0235", "D235", "D-", "C-x", "C-+7"] {
        assert!(matches!(parsed(text), Filter::Word(_)), "{text}: {:?}", parsed(text));
    }
    let wrong = parse::<Deals>("case:D-7").expect_err("a registration is no conflict");
    assert_eq!(wrong.to_string(), "`D-7` is not a number of the form C-1; for example `case:C-17`");
    assert!(parse::<Deals>("case>C-7").is_err());
}

#[test]
fn days_are_those_of_the_zone() {
    let mut record = acme();
    record.due = Some(at("2026-03-10T23:30:00Z"));
    let today = parse("due:today").unwrap();
    assert!(eval(&today, &record, &context()), "half past midnight in Berlin");
    assert!(!eval(&today, &record, &Context { zone: Tz::UTC, ..context() }));
    // The day of the spring change has 23 hours.
    let day = parse("due:2026-03-29").unwrap();
    for (instant, inside) in
        [("2026-03-28T22:59:59Z", false), ("2026-03-28T23:00:00Z", true), ("2026-03-29T21:59:59Z", true), ("2026-03-29T22:00:00Z", false)]
    {
        record.due = Some(at(instant));
        assert_eq!(eval(&day, &record, &context()), inside, "{instant}");
    }
}

#[test]
fn errors_point_at_the_characters() {
    for (filter, marked, message) in [
        ("contry:DE", "contry", "there is no field `contry`; did you mean `country`?"),
        ("acme http://x", "http", "there is no field `http`; put the text in quotes to search for it"),
        ("stage:ofered", "ofered", "`ofered` is not a stage; did you mean `offered`?"),
        ("country:DE,Germny", "Germny", "`Germny` is not a country; did you mean `Germany`?"),
        ("score>seven", "seven", "`seven` is not a whole number; for example `score>70`"),
        ("score:1..x", "x", "`x` is not a whole number; for example `score>70`"),
        ("due<30", "30", "`30` has no unit; write 30m, 30h or 30d"),
        (
            "due<soon",
            "soon",
            "`soon` is not a time; write a length (30m, 2h, 7d, 1w), a day (today, 2026-03-01), a month (2026-03) or a year (2026)",
        ),
        ("due:99999999999d", "99999999999d", "`99999999999d` is longer than a hundred years; write a date instead"),
        ("is:breeched", "breeched", "`breeched` is not a state that `is:` knows; did you mean `breached`?"),
        ("is:offered", "offered", "`offered` is not a state that `is:` knows; did you mean `stage:offered`?"),
        ("country>DE", "DE", "`country` can't be compared with `>`; write `country:DE`"),
        ("score>50,60", "60", "`>` compares with one value; write `score:` before a list"),
        ("score>50..60", "50..60", "a range can't be compared with `>`; write `score:50..60`"),
        ("country:", "", "a value is missing after `:`; for example `country:DE,FR`"),
        ("country:DE, ", "", "a value is missing after `,`; for example `country:DE,FR`"),
        ("(acme", "(", "`(` is never closed; close it with `)`"),
        ("acme)", ")", "`)` closes nothing"),
        ("()", ")", "a term is missing before `)`"),
        ("acme or", "", "a term is missing at the end; write a word or a field such as `score>70`"),
        ("or acme", "or", "a term is missing before `or`; put it in quotes to search for the word: \"or\""),
        ("acme - berlin", "-", "`-` stands directly before what it excludes; write `-word` or `-country:DE`"),
        ("\"acme", "\"", "the quote is never closed; close it with `\"`"),
        ("acme !!", "!!", "`!!` has no letter or digit to search for"),
        ("owner:\"\"", "\"\"", "`` has no letter or digit to compare with"),
        ("source:\u{202e}", "\u{202e}", "`<U+202E>` has no letter or digit to compare with"),
    ] {
        let error = parse::<Leads>(filter).expect_err(filter);
        assert_eq!((&filter[error.span.clone()], error.to_string().as_str()), (marked, message), "{filter}");
    }
    let long = "x".repeat(CHARS_MAX + 1);
    assert_eq!(parse::<Leads>(&long).unwrap_err().span, CHARS_MAX..CHARS_MAX + 1);
    assert!(parse::<Leads>(&"(".repeat(DEPTH_MAX + 1)).unwrap_err().message.contains("nest at most"));
    assert!(parse::<Leads>(&format!("{}x", "-".repeat(DEPTH_MAX))).is_ok());
}

#[test]
fn the_table_is_whole_and_its_examples_parse() {
    let mut names: Vec<_> = FIELDS.iter().flat_map(Spec::names).chain(["is", "and", "or", "not"]).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for one field");
    for spec in FIELDS {
        assert_eq!(spec.field.spec().name, spec.name);
        for example in spec.examples {
            parse::<Leads>(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }
    for flag in FLAGS {
        assert_eq!(Leads::find_flag(flag.name), Some(flag.flag));
        assert_eq!(Leads::flag_spec(flag.flag).name, flag.name);
    }
}

#[test]
fn completion_proposes_what_could_stand_there() {
    let known = |field: Field| if field == Field::Partner { vec!["Acme Systems".to_owned(), "Bolt".to_owned()] } else { Vec::new() };
    let inserts = |text: &str| -> Vec<String> {
        complete::<Leads>(text, text.len(), &known).into_iter().map(|completion| completion.insert).collect()
    };
    assert_eq!(inserts("co"), ["country:", "company:"]);
    assert_eq!(inserts("acme -sc"), ["score>"]);
    assert_eq!(inserts("ag"), ["age<"]);
    assert_eq!(inserts("stage:off"), ["offered"]);
    assert_eq!(inserts("country:DE,fran"), ["FR"]);
    assert_eq!(inserts("country:DE, fran"), ["FR"]);
    assert_eq!(inserts("partner:ac"), ["\"Acme Systems\""]);
    assert_eq!(inserts("partner:\"Acme S"), ["\"Acme Systems\""]);
    assert_eq!(inserts("(is:br"), ["breached"]);
    assert_eq!(inserts("due<to"), ["today", "tomorrow"]);
    assert_eq!(inserts("owner:no"), ["none"]);
    assert!(inserts("").len() > FIELDS.len());
    assert!(inserts("zzz").is_empty() && inserts("a1").is_empty());
    let text = "acme stage:off berlin";
    let completion = complete::<Leads>(text, 14, &known).remove(0);
    assert_eq!(&text[completion.replace], "off");
}

/// Filters as the parser makes them, from every field, flag and kind of value.
pub(crate) fn any_filter() -> impl Strategy<Value = Filter> {
    let field = |wanted: fn(Kind) -> bool| {
        proptest::sample::select(FIELDS.iter().filter(|spec| wanted(spec.kind)).map(|spec| spec.field).collect::<Vec<_>>())
    };
    let op = || proptest::sample::select(vec![Op::Eq, Op::Lt, Op::Le, Op::Gt, Op::Ge]);
    let text = field(|kind| !matches!(kind, Kind::Number | Kind::Id | Kind::Future | Kind::Past)).prop_flat_map(|field| {
        let value = match field.spec().kind {
            Kind::Choice(choices) => proptest::sample::select(choices.to_vec()).prop_map(str::to_owned).boxed(),
            Kind::Country => proptest::sample::select(vec!["DE", "FR", "US", "BR"]).prop_map(str::to_owned).boxed(),
            Kind::Code => "[a-z0-9]{1,4}(-[a-z0-9]{1,4})?".boxed(),
            _ => " (any|none|or|[a-z0-9]{1,4})( [a-z0-9]{1,4})?".boxed(),
        };
        value.prop_map(move |value| Filter::Text { field, value })
    });
    let text = text.prop_filter("`any` and `none` are no codes", |filter: &Filter| !matches!(filter, Filter::Text { field, value } if field.spec().kind == Kind::Code && matches!(value.as_str(), "any" | "none")));
    let length = (-500_000i64..500_000).prop_map(|minutes| When::Length(Span::minutes(minutes)));
    let period = proptest::sample::select(
        ["today", "yesterday", "tomorrow", "week", "month", "2026", "2025-12", "2026-03-29", "2026-03-29T02:30"]
            .map(|text| When::read(text).unwrap())
            .to_vec(),
    );
    let time = (field(|kind| matches!(kind, Kind::Future | Kind::Past)), op(), prop_oneof![length, period]);
    let leaf = prop_oneof![
        "( [a-z0-9]{1,4}){1,2}| or| not| and".prop_map(Filter::Word),
        text,
        (field(|kind| matches!(kind, Kind::Number | Kind::Id)), op(), prop_oneof![0..120i64, any::<i64>().prop_map(|n| n.max(0))])
            .prop_map(|(field, op, value)| Filter::Number { field, op, value }),
        time.prop_map(|(field, op, when)| {
            let op = if op == Op::Eq && matches!(when, When::Length(_)) { Op::Le } else { op };
            Filter::Time { field, op, when }
        }),
        field(|_| true).prop_map(Filter::Has),
        proptest::sample::select(FLAGS.iter().map(|spec| spec.flag).collect::<Vec<_>>()).prop_map(Filter::Is),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(Filter::excluded),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn printing_and_parsing_gives_the_same_tree(filter in any_filter()) {
        let text = filter.to_string();
        prop_assume!(text.chars().count() <= CHARS_MAX);
        prop_assert_eq!(parse(&text), Ok(filter), "{}", text);
    }

    #[test]
    fn hostile_text_never_panics(text in "(\\PC|[\\x00-\\x1f\"():<>=!,.-]|or |not |score|due|is|country|[0-9]){0,60}", cursor in 0usize..80) {
        match parse::<Leads>(&text) {
            Ok(filter) => {
                prop_assert_eq!(parse(&filter.to_string()), Ok(filter.clone()));
                eval(&filter, &acme(), &context());
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {:?}", error.span, text);
                prop_assert!(!error.to_string().chars().any(crate::domain::text::is_hostile));
            }
        }
        for completion in complete::<Leads>(&text, cursor, &|_| Vec::new()) {
            prop_assert!(text.get(completion.replace).is_some());
        }
    }
}

/// What a screen shows can be typed: it means the value, or the refusal says what to write.
#[test]
fn the_words_of_the_screens_are_understood() {
    fn check<R: Room>() {
        for (said, meant) in R::SAID {
            let choices =
                R::FIELDS.iter().filter_map(|spec| if let Kind::Choice(choices) = spec.kind { Some((spec.name, choices)) } else { None });
            let held: Vec<&str> = choices.filter(|(_, choices)| choices.contains(meant)).map(|(name, _)| name).collect();
            match held.as_slice() {
                [] => {
                    assert!(parse::<R>(meant).is_ok(), "`{said}`: `{meant}`");
                    let told = parse::<R>(&format!("stage:{said}")).unwrap_err().to_string();
                    assert!(told.contains(&format!("write `{meant}`")), "{told}");
                }
                fields => {
                    for field in fields {
                        assert_eq!(parse::<R>(&format!("{field}:{said}")), parse::<R>(&format!("{field}:{meant}")), "{said}");
                    }
                }
            }
        }
    }
    check::<Leads>();
    check::<crate::domain::deal::fields::Deals>();
    check::<crate::domain::mdf::fields::Funding>();
    check::<crate::domain::tier::fields::Tiers>();
    assert_eq!(parse::<Leads>("stage:\"in contact\""), parse::<Leads>("stage:working"));
}
