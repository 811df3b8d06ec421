//! The figures of today as panels in as many columns as there is room for.

use crate::{
    app::tier::board::{Basis, TierBoard},
    domain::{
        figures::ratio_bp,
        money::Money,
        partner::{
            newcomer::FirstDeals,
            onboarding::{MILESTONES, Underway},
        },
        tier::{
            board::{BUCKETS, Board, CERTIFICATE_DAYS, Cells, Coverage, Lift, TierBar},
            evaluation::NEAR_PERCENT,
        },
        told::percent_rounded,
    },
    tui::{
        furniture::{Piece, amounts::short_money},
        theme::Role,
        widgets::{
            chart::bar,
            pane::{Row, Section},
            text,
        },
    },
};
use ratatui::layout::Rect;

/// At most so many columns of panels.
pub const COLUMNS: usize = 3;
/// From these widths on there are two and three.
const TWO: u16 = 100;
const THREE: u16 = 170;
/// Columns of a bar.
const BAR: u16 = 14;
/// Certificates that are named.
const NAMED: usize = 8;
/// Columns of a day, of a cell of the heat map, and of the names of its regions where there is little room.
const DAY: usize = 13;
const CELL: usize = 9;
const REGION: usize = 12;

/// The figures above the panels, the most important first; `failed` tells why those of today are not there.
pub fn strip(known: &TierBoard, failed: Option<&str>) -> Vec<[Piece; 2]> {
    let board = &known.board;
    let figure = |label: &str, value: String, role: Role| [(label.to_owned(), Role::Dim), (value, role)];
    let mut out = vec![figure("in the program ", board.partners.to_string(), Role::Strong)];
    if known.basis == Basis::LastAudits {
        out.push(match failed {
            None => figure("as the last audits found them; ", "adding up today's figures …".to_owned(), Role::Dim),
            Some(why) => figure("as the last audits found them; ", format!("no figures of today: {why}"), Role::Warn),
        });
        return out;
    }
    if let Some(bp) = ratio_bp(board.correct.into(), board.partners.into()) {
        let role = if bp >= 9_000 { Role::Good } else { Role::Warn };
        out.push(figure("today have the tier that they earn ", percent_rounded(bp), role));
    }
    if let Some((cost, _)) = board.cost() {
        out.push(figure("entitled a year as held ", short_money(cost), Role::Strong));
    }
    out.push(figure("as of ", known.day.to_string(), Role::Dim));
    out
}

/// The panels and their places.
pub fn columns(known: &TierBoard, area: Rect) -> Vec<(Vec<Section>, Rect)> {
    let count = if area.width >= THREE {
        3
    } else if area.width >= TWO {
        2
    } else {
        1
    };
    let wide = area.width / count;
    let place = |at: u16| Rect { x: area.x + at * wide + 1, width: wide.saturating_sub(3), ..area };
    let room = usize::from(wide.saturating_sub(3));
    let [tiers, scores] = [tiers(known), scores(&known.board)];
    let onboarding = onboarding(known);
    let [cost, expiring, coverage] = [cost(known), expiring(known, room), coverage(&known.coverage, room)];
    let mut panels = match count {
        1 => vec![vec![tiers, scores, coverage, expiring, cost]],
        2 => vec![vec![tiers, scores, cost], vec![coverage, expiring]],
        _ => vec![vec![tiers, cost], vec![scores, expiring], vec![coverage]],
    };
    if let Some(first) = panels.first_mut() {
        first.splice(1..1, onboarding);
    }
    panels.into_iter().zip(0..).map(|(sections, at)| (sections, place(at))).collect()
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// A number with its sign in a column of six; nothing of nothing.
fn moved(mark: &str, count: u32) -> String {
    if count == 0 { " ".repeat(6) } else { format!("{mark}{count:<5}") }
}

/// Who came to a tier and who left it since they were last audited; nothing where nobody did.
fn movement(board: &Board) -> Option<String> {
    let moves = board.tiers.iter().filter(|one| one.came + one.left > 0).map(|one| {
        let side = |mark: &str, count: u32| if count == 0 { String::new() } else { format!(" {mark}{count}") };
        format!("{}{}{}", one.tier, side("+", one.came), side("−", one.left))
    });
    let moves: Vec<String> = moves.collect();
    (!moves.is_empty()).then(|| format!("since the last audit: {}", moves.join(", ")))
}

/// How what was earned at the last audit of a quarter compares with the one before.
fn lift(known: &TierBoard) -> Option<Row> {
    let Lift { quarter, both, rose, fell } = known.lift.as_ref()?;
    Some(Row::pieces(vec![
        (format!("tier lift {quarter} "), Role::Dim),
        (format!("▲ {rose}"), Role::Good),
        ("  ".to_owned(), Role::Dim),
        (format!("▼ {fell}"), Role::Bad),
        (format!("  of {both} audited in {} too", quarter.previous()), Role::Dim),
    ]))
}

/// Who of those that have a tier holds the certificates that it asks for.
fn certified(known: &TierBoard) -> Option<Row> {
    let board = &known.board;
    let (certified, partners) = (board.certified, board.partners - board.elsewhere);
    let bp = ratio_bp(certified.into(), partners.into()).filter(|_| known.basis == Basis::Today)?;
    let share = format!("{} ", percent_rounded(bp));
    Some(Row::pieces(vec![(share, Role::Strong), ("hold the certificates that their tier asks for".to_owned(), Role::Dim)]))
}

fn tiers(known: &TierBoard) -> Section {
    let board = &known.board;
    let most = board.tiers.iter().map(|one| one.has.max(one.earned)).max().unwrap_or(0);
    let row = |one: &TierBar| {
        Row::pieces(vec![
            (text::fit(&one.tier, 12), Role::Text),
            (format!("{:>5} ", one.has), Role::Strong),
            (bar(share(one.has, most), BAR), Role::ChartLow),
            (format!(" {:>5} ", one.earned), Role::Dim),
            (moved("▲", one.rises), Role::Good),
            (moved("▼", one.falls), Role::Bad),
            (moved("≈", one.near), Role::Warn),
        ])
    };
    let head = format!("{:<12}{:>5} {:<14} {:>5}", "", "have", "", "earn");
    let mut rows = vec![Row::text(head, Role::Dim)];
    rows.extend(board.tiers.iter().map(row));
    if board.elsewhere > 0 {
        rows.push(Row::pieces(vec![(text::fit("no such tier", 12), Role::Text), (format!("{:>5}", board.elsewhere), Role::Strong)]));
    }
    rows.extend(movement(board).map(|moved| Row::text(moved, Role::Text)));
    rows.extend(lift(known).into_iter().chain(certified(known)));
    let legend = format!("▲ earn better  ▼ fail gates  ≈ within {NEAR_PERCENT} % of a line");
    rows.push(Row::text(legend, Role::Dim));
    Section::new("Partners by tier", rows)
}

/// Who is on the way on board, and who of them is late at which milestone; nothing where nobody is.
fn onboarding(known: &TierBoard) -> Option<Section> {
    let underway: Underway = known.underway;
    let figure = |label: String, count: u32, role: Role| [(label, Role::Dim), (count.to_string(), role)];
    let late = |count: u32| if count > 0 { Role::Bad } else { Role::Strong };
    let mut pieces: Vec<Piece> = figure("on their way ".to_owned(), underway.partners, Role::Strong).into();
    pieces.extend(figure("   ! overdue ".to_owned(), underway.late, late(underway.late)));
    let mut milestones: Vec<Piece> = Vec::new();
    for (days, count) in MILESTONES.iter().zip(underway.late_at) {
        let gap = if milestones.is_empty() { "late at" } else { "  " };
        milestones.extend(figure(format!("{gap} {days} days "), count, late(count)));
    }
    let mut rows = if underway.partners > 0 { vec![Row::pieces(pieces), Row::pieces(milestones)] } else { Vec::new() };
    rows.extend(first_deal(&known.first_deals));
    (!rows.is_empty()).then(|| Section::new("Onboarding", rows))
}

/// How long newcomers took to their first deal; nothing where there are none.
fn first_deal(known: &FirstDeals) -> Option<Row> {
    let (registered, waiting) = (known.registered(), known.waiting);
    let label = ("time to first deal ".to_owned(), Role::Dim);
    Some(Row::pieces(match known.median_days() {
        Some(days) => {
            let unit = if days == 1 { "day" } else { "days" };
            let of = format!("  median of {registered} in a year, {waiting} without");
            vec![label, (format!("{days} {unit}"), Role::Strong), (of, Role::Dim)]
        }
        None if waiting > 0 => vec![label, (format!("none yet of {waiting} in a year"), Role::Dim)],
        None => return None,
    }))
}

fn scores(board: &Board) -> Section {
    let most = board.scores.iter().copied().max().unwrap_or(0);
    let row = |bucket: usize| {
        let range = if bucket + 1 == BUCKETS { "90 and more".to_owned() } else { format!("{} to {}", bucket * 10, bucket * 10 + 9) };
        let count = board.scores[bucket];
        let lies =
            |one: &&TierBar| one.line.is_some_and(|line| usize::try_from(line.0 / 1_000).is_ok_and(|at| at.min(BUCKETS - 1) == bucket));
        let lines: Vec<String> = board
            .tiers
            .iter()
            .filter(lies)
            .map(|one| format!("{} from {}", one.tier, one.line.unwrap_or_default().points().normalize()))
            .collect();
        Row::pieces(vec![
            (format!("{range:<12}"), Role::Dim),
            (format!("{count:>5} "), Role::Strong),
            (bar(share(count, most), BAR), Role::ChartLow),
            (if lines.is_empty() { String::new() } else { format!(" ◂ {}", lines.join(", ")) }, Role::Info),
        ])
    };
    let mut rows: Vec<Row> = (0..BUCKETS).rev().map(row).collect();
    if board.unscored > 0 {
        rows.push(Row::pieces(vec![("no score    ".to_owned(), Role::Dim), (format!("{:>5}", board.unscored), Role::Strong)]));
    }
    Section::new("Scores, and the lines that tiers draw", rows)
}

fn cost(known: &TierBoard) -> Section {
    let (title, board) = ("What the tiers entitle to in a year: rebate and funds", &known.board);
    if known.basis == Basis::LastAudits {
        return Section::new(title, vec![Row::text("comes with the figures of today", Role::Dim)]);
    }
    let most = board.tiers.iter().map(|one| one.cost.minor.max(one.cost_earned.minor)).max().unwrap_or(0);
    let share = |money: Money| if most == 0 { 0.0 } else { money.minor as f64 / most as f64 };
    let row = |one: &TierBar| {
        Row::pieces(vec![
            (text::fit(&one.tier, 12), Role::Text),
            (format!("{:>13} ", short_money(one.cost)), Role::Strong),
            (bar(share(one.cost), BAR), Role::ChartMid),
            (format!(" {:>13}", short_money(one.cost_earned)), Role::Dim),
        ])
    };
    let mut rows = vec![Row::text(format!("{:<12}{:>13} {:<14} {:>13}", "", "as they have", "", "as they earn"), Role::Dim)];
    rows.extend(board.tiers.iter().map(row));
    if let Some((has, earned)) = board.cost() {
        let told = format!("{:<12}{:>13} {:<14} {:>13}", "in all", short_money(has), "", short_money(earned));
        rows.push(Row::text(told, Role::Strong));
    }
    Section::new(title, rows)
}

fn expiring(known: &TierBoard, room: usize) -> Section {
    let board = &known.board;
    let title = "Certificates that end";
    if board.expiring.is_empty() {
        return Section::new(title, vec![Row::text(format!("none in the next {CERTIFICATE_DAYS} days"), Role::Dim)]);
    }
    let mut counts = Vec::new();
    for days in [30, 60, CERTIFICATE_DAYS] {
        let count = board.expiring_within(known.day, days);
        let role = if days == 30 && count > 0 { Role::Warn } else { Role::Strong };
        counts.extend([(format!("{}in {days} days ", if counts.is_empty() { "" } else { "   " }), Role::Dim), (count.to_string(), role)]);
    }
    let mut rows = vec![Row::pieces(counts)];
    let name_wide = room.saturating_sub(DAY) / 2;
    rows.extend(board.expiring.iter().take(NAMED).map(|one| {
        let partner = known.names.get(&one.partner).map_or("", |name| name.as_str());
        let partner = format!("{} {partner}", one.partner);
        Row::pieces(vec![
            (text::fit(&one.last_day.format("%-d %b %Y").to_string(), DAY), Role::Dim),
            (format!("{}  ", text::fit(&one.name, name_wide.saturating_sub(2))), Role::Text),
            (text::cut(&partner, room.saturating_sub(DAY + name_wide)), Role::Dim),
        ])
    }));
    if board.expiring.len() > NAMED {
        rows.push(Row::text(format!("and {} more", board.expiring.len() - NAMED), Role::Dim));
    }
    Section::new(title, rows)
}

/// The shade of a cell: told by its shape and by its number, so that it needs no colour.
const fn shade(count: u32, most: u32) -> (&'static str, Role) {
    if count == 0 {
        return ("·", Role::Warn);
    }
    // Thirds of the most.
    match count.saturating_mul(3).div_ceil(if most == 0 { 1 } else { most }) {
        0 | 1 => ("░░", Role::ChartLow),
        2 => ("▒▒", Role::ChartMid),
        _ => ("▓▓", Role::ChartHigh),
    }
}

/// Regions by product lines, in blocks of as many lines as fit.
fn coverage(coverage: &Coverage, room: usize) -> Section {
    let title = "Coverage: active partners by region and product line";
    if coverage.regions.is_empty() || coverage.products.is_empty() {
        return Section::new(title, vec![Row::text("the program names no regions or no product lines", Role::Dim)]);
    }
    let Cells { white_space, alone, overlap } = coverage.cells();
    let most = coverage.most();
    let fit = (room.saturating_sub(REGION) / CELL).max(1);
    let longest = coverage.regions.iter().map(|(region, _)| text::width(region) + 1).max().unwrap_or(0);
    let region_wide = longest.min(room.saturating_sub(CELL * fit.min(coverage.products.len()))).max(REGION);
    let cells = white_space + alone + overlap;
    let covered = ratio_bp((alone + overlap) as u64, cells as u64).unwrap_or_default();
    let mut rows = vec![Row::pieces(vec![
        (format!("{} covered", percent_rounded(covered)), Role::Strong),
        ("  white space ".to_owned(), Role::Dim),
        (white_space.to_string(), if white_space > 0 { Role::Warn } else { Role::Good }),
        ("  one partner ".to_owned(), Role::Dim),
        (alone.to_string(), Role::Strong),
        ("  overlap ".to_owned(), Role::Dim),
        (overlap.to_string(), Role::Strong),
    ])];
    rows.push(Row::text("· nobody  ░ few  ▒ some  ▓ most", Role::Dim));
    for (block, products) in coverage.products.chunks(fit).enumerate() {
        if block > 0 {
            rows.push(Row::text("", Role::Dim));
        }
        let mut head = " ".repeat(region_wide);
        for name in products {
            let name = text::cut(name, CELL - 1);
            head.push_str(&" ".repeat(CELL - text::width(&name)));
            head.push_str(&name);
        }
        rows.push(Row::text(head, Role::Dim));
        for (region, counts) in &coverage.regions {
            let mut pieces = vec![(text::fit(&text::cut(region, region_wide - 1), region_wide), Role::Text)];
            for count in counts.iter().skip(block * fit).take(products.len()) {
                let (mark, role) = shade(*count, most);
                let number = if *count == 0 { String::new() } else { count.to_string() };
                pieces.push((format!("{:>CELL$}", format!("{mark} {number:>4}")), role));
            }
            rows.push(Row::pieces(pieces));
        }
    }
    Section::new(title, rows)
}
