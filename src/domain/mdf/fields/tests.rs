use super::*;
use crate::domain::{
    filter::{Filter, Op, complete, parse},
    id::{ClaimId, Number, RequestId},
    mdf::{claim::ClaimState, fund::FundState, item::ItemKind, request::RequestState},
};
use std::collections::BTreeSet;

#[test]
fn the_words_are_whole_and_their_examples_parse() {
    let mut names: Vec<_> = FIELDS.iter().flat_map(Spec::names).chain(["is", "and", "or", "not"]).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for one field");
    for spec in FIELDS {
        assert_eq!(spec.field.spec().name, spec.name);
        for example in spec.examples {
            let tree = parse::<Funding>(example).unwrap_or_else(|error| panic!("{example}: {error}"));
            assert_eq!(parse::<Funding>(&tree.to_string()).as_ref(), Ok(&tree), "{example}");
        }
    }
    for spec in FLAGS {
        assert_eq!(Funding::find_flag(spec.name), Some(spec.flag));
        assert_eq!(Funding::flag_spec(spec.flag).name, spec.name);
    }
}

#[test]
fn what_can_be_chosen_is_what_there_is() {
    let known: BTreeSet<&str> = ClaimState::NAMES.into_iter().chain(RequestState::NAMES).chain(FundState::NAMES).collect();
    assert_eq!(BTreeSet::from(STAGES), known);
    assert_eq!(KINDS.map(|kind| ItemKind::from_name(kind).is_some()), [true; 3]);
}

#[test]
fn a_line_of_the_desk_is_read() {
    let line = "stage:submitted check:fail amount>5000 due<2d partner:acme -is:mine";
    let tree = parse::<Funding>(line).unwrap();
    let Filter::And(terms) = &tree else { panic!("{tree:?}") };
    assert_eq!((terms.len(), &terms[2]), (6, &Filter::Number { field: Field::Amount, op: Op::Gt, value: 5_000 }));
    assert_eq!(tree.to_string(), line);
    assert_eq!(parse::<Funding>("STATUS:Approved"), parse::<Funding>("stage:approved"));
}

/// R-3 and M-3 are two records, so a number alone is none.
#[test]
fn a_number_says_of_what_it_is() {
    let id = |id: ItemId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.number() };
    let both = Filter::any(vec![id(RequestId(3).into()), id(ClaimId(3).into())]);
    let tree = parse::<Funding>("id:r3,M-3").unwrap();
    assert_eq!((&tree, parse::<Funding>(&tree.to_string())), (&both, Ok(both.clone())));
    assert!(parse::<Funding>("id:3").is_err());
}

#[test]
fn a_mistake_says_where_it_is_and_what_to_write() {
    for (line, marked, message) in [
        ("check:failed", "failed", "`failed` is not a check; did you mean `fail`?"),
        ("is:submitted", "submitted", "`submitted` is not a state that `is:` knows; did you mean `stage:submitted`?"),
        ("state>draft", "draft", "`stage` can't be compared with `>`; write `stage:draft`"),
        ("amount>5k", "5k", "`5k` is not a whole number; for example `amount>5000`"),
        ("partnr:acme", "partnr", "there is no field `partnr`; did you mean `partner`?"),
        ("id:12", "12", "`12` is not a number of a record here; for example `id:M-12`"),
    ] {
        let error = parse::<Funding>(line).expect_err(line);
        assert_eq!((&line[error.span.clone()], error.to_string().as_str()), (marked, message), "{line}");
    }
}

#[test]
fn what_is_begun_is_completed() {
    let known = |field: Field| if field == Field::Category { vec!["trade-fair".to_owned()] } else { Vec::new() };
    let inserts = |line: &str| complete::<Funding>(line, line.len(), &known).into_iter().map(|one| one.insert).collect::<Vec<_>>();
    assert_eq!(inserts("che"), ["check:"]);
    assert_eq!(inserts("amo"), ["amount>"]);
    assert_eq!(inserts("check:"), ["fail", "person", "pass", "none", "any"]);
    assert_eq!(inserts("stage:submitted kind:c"), ["claim"]);
    assert_eq!(inserts("category:tr"), ["trade-fair"]);
    assert_eq!(inserts("is:s"), ["suspect"]);
}
