//! The dossier as it stands on the screen. Each snapshot was read by eye: parties side by side, clauses, precedents.

use super::{ACME, World, at, date, details, document, eur, operator};
use pilothouse::{
    domain::{
        actor::Role,
        deal::{
            DealCommand, Details, Document, DocumentKind,
            conflict::{CaseCommand, Sale, Verdict, VerdictKind},
            dossier::{Precedent, Standing},
        },
        id::{ConflictId, DealId, OperatorId, PartnerId},
        program::Clause,
        told::{Names, PartnerName},
    },
    tui::{
        canvas::Canvas,
        rooms::deals::dossier::{Shown, sections},
        theme::{Depth, Theme},
        widgets::pane::Pane,
    },
};
use ratatui::{buffer::Buffer, layout::Rect};

const A: DealId = DealId(1);
const B: DealId = DealId(2);

/// A reseller from outside the territory was first; one with a certificate, sales and a letter follows three hours later.
fn two() -> World {
    let mut world = World::new();
    let firewall = || Details { scope: pilothouse::domain::deal::Scope::new(["Switching".into(), "Firewall".into()]), ..details() };
    world.submitted(6, details(), Some(ACME));
    world.pass(3);
    world.submitted(1, Details { value: Some(eur("1250000.50")), ..firewall() }, Some(ACME));
    world.sales.insert(
        B,
        vec![
            Sale { on: date("2025-10-01"), amount: eur("700.50"), hash: None },
            Sale { on: date("2026-02-01"), amount: eur("500"), hash: None },
        ],
    );
    attach(&mut world, A, document(DocumentKind::Touch, "visit in Ulm.pdf"));
    attach(&mut world, B, Document { dated: Some(date("2026-03-20")), ..document(DocumentKind::Quote, "quote 4711.pdf") });
    world
}

fn attach(world: &mut World, id: DealId, document: Document) {
    world.act(id, &operator(2, Role::Triager), &DealCommand::Attach { document }).unwrap();
}

fn names() -> Names {
    let partners =
        (1..=6).map(|number| (PartnerId(number), PartnerName { name: format!("Partner {number}").as_str().into(), tier: "gold".into() }));
    let operators = [(OperatorId(3), "Carla Approver".into()), (OperatorId(4), "Dan Approver".into())];
    Names { partners: partners.collect(), operators: operators.into() }
}

/// Three decisions like this one: the first complete one did not win.
fn precedents() -> Vec<Precedent> {
    let against = |number, when: &str| Precedent {
        case: ConflictId(number),
        decided_at: at(when),
        kind: VerdictKind::Award,
        standings: vec![
            (Clause::FirstComplete, Standing::Against),
            (Clause::Incumbency, Standing::For),
            (Clause::Territory, Standing::For),
            (Clause::Certification, Standing::For),
            (Clause::Touches, Standing::Against),
        ],
        is_appealed: false,
    };
    vec![against(90, "2025-11-03T10:00:00Z"), against(91, "2026-01-20T10:00:00Z"), against(92, "2026-02-11T10:00:00Z")]
}

/// The first screen of the dossier, without colour.
fn drawn(world: &World, width: u16, height: u16) -> String {
    let case = world.case.as_ref().unwrap();
    let dossier = world.dossier(&world.parties());
    let names = names();
    let shown = Shown { case, dossier: &dossier, names: &names, now: world.now, zone: chrono_tz::Europe::Berlin };
    let sections = sections(shown, width);
    let area = Rect { x: 0, y: 0, width, height };
    let mut buffer = Buffer::empty(area);
    let theme = Theme::built_in("none", Depth::None);
    let mut pane = Pane::default();
    pane.layout(&sections, area);
    let mut canvas = Canvas { buffer: &mut buffer, theme: &theme, now: world.now, cursor: None, focused: true };
    pane.view(&mut canvas, area, &sections);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

fn reviewed() -> World {
    let mut world = two();
    world.open(&[A, B]);
    world.sweep_case();
    world.precedents = precedents();
    world.judge(&operator(3, Role::Approver), &CaseCommand::CloseEvidence).unwrap();
    world.judge(&operator(3, Role::Approver), &CaseCommand::TakeReview).unwrap();
    world
}

#[test]
fn a_dossier_to_be_decided_at_three_sizes() {
    let world = reviewed();
    insta::assert_snapshot!("dossier_80", drawn(&world, 77, 60));
    insta::assert_snapshot!("dossier_120", drawn(&world, 117, 31));
    insta::assert_snapshot!("dossier_200", drawn(&world, 197, 54));
}

#[test]
fn a_dossier_says_what_was_decided_on_which_evidence() {
    let mut world = reviewed();
    let seen = world.seen();
    world.judge(&operator(3, Role::Approver), &CaseCommand::Decide { verdict: Verdict::Award { winner: A }, seen }).unwrap();
    world.sweep_case();
    world.pass(20);
    attach(&mut world, B, document(DocumentKind::CustomerLetter, "we want Partner 1.pdf"));
    insta::assert_snapshot!("dossier_decided", drawn(&world, 117, 40));
}

#[test]
fn three_parties_stand_side_by_side_or_one_below_the_other() {
    let mut world = two();
    world.pass(1);
    let third = world.submitted(2, details(), Some(ACME));
    world.open(&[A, B]);
    world.judge(&operator(3, Role::Approver), &CaseCommand::Join { deal: third }).unwrap();
    insta::assert_snapshot!("dossier_three_80", drawn(&world, 77, 60));
    insta::assert_snapshot!("dossier_three_200", drawn(&world, 197, 54));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    let world = reviewed();
    let case = world.case.as_ref().unwrap();
    let dossier = world.dossier(&world.parties());
    let names = names();
    let shown = Shown { case, dossier: &dossier, names: &names, now: world.now, zone: chrono_tz::UTC };
    for width in [77, 100, 110, 117, 150, 197, 240] {
        // The head and stacked parties are sentences, which wrap.
        let tables = sections(shown, width).into_iter().skip(2).flat_map(|section| section.rows);
        for row in tables {
            let used: usize = row.pieces.iter().map(|(text, _)| text.chars().count()).sum();
            assert!(used <= usize::from(width), "{width}: {row:?}");
        }
    }
}
