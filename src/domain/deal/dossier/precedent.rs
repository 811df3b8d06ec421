//! Past decisions: which of them are like this case, and what they would have had decided.

use super::{ClauseRow, Standing};
use crate::domain::{
    deal::conflict::{CaseState, ConflictCase, Verdict, VerdictKind},
    id::{ConflictId, DealId},
    program::{Clause, Program},
    time::Instant,
};

/// What is kept of a past decision to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedent {
    pub case: ConflictId,
    pub decided_at: Instant,
    pub kind: VerdictKind,
    /// How the clauses stood for whoever won, or would have by the rules.
    pub standings: Vec<(Clause, Standing)>,
    /// Somebody has yet to decide whether it stays.
    pub is_appealed: bool,
}

/// A past decision like this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    pub case: ConflictId,
    pub decided_at: Instant,
    /// The weight of the clauses that stood alike, in basis points of all.
    pub similarity_bp: u16,
    pub kind: VerdictKind,
    /// The party that stands where the winner stood then; nobody when two stand alike.
    pub suggests: Option<DealId>,
    pub is_appealed: bool,
}

/// A verdict goes against this many of the nearest decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Against {
    pub against: u32,
    pub of: u32,
}

/// How many past decisions are shown.
pub const NEAREST_MAX: usize = 5;
/// Less alike than this is not shown, in basis points.
pub const ALIKE_BP: u16 = 7_000;

impl Precedent {
    /// Of a case with a decision in force; of one that was overturned, the one that stands.
    pub fn of(case: &ConflictCase) -> Option<Self> {
        let decision = case.decision()?;
        Some(Self {
            case: case.id,
            decided_at: decision.at,
            kind: decision.verdict.kind(),
            standings: decision.standings.clone(),
            is_appealed: matches!(case.state, CaseState::Appealed { .. }),
        })
    }
}

/// The standings as a letter a clause, in the order of [`Clause::ALL`]: what the store finds decisions by.
pub fn code(standings: &[(Clause, Standing)]) -> String {
    Clause::ALL.iter().map(|clause| letter(standing(standings, *clause))).collect()
}

/// What [`code`] gave.
pub fn decoded(code: &str) -> Vec<(Clause, Standing)> {
    let standing = |letter| match letter {
        'f' => Standing::For,
        'a' => Standing::Against,
        _ => Standing::Even,
    };
    Clause::ALL.iter().copied().zip(code.chars().map(standing)).collect()
}

/// Every code that is alike enough to one of `standings` to be shown; at most 3^7.
pub fn codes_alike(standings: &[Vec<(Clause, Standing)>], program: &Program) -> Vec<String> {
    let weights: Vec<u32> = Clause::ALL.iter().map(|clause| program.deals.weight(*clause)).collect();
    let all: u64 = weights.iter().copied().map(u64::from).sum();
    if all == 0 {
        return Vec::new();
    }
    let letters = |own: &Vec<(Clause, Standing)>| Clause::ALL.iter().map(|clause| letter(standing(own, *clause))).collect();
    let own: Vec<Vec<char>> = standings.iter().map(letters).collect();
    // Of each code so far the weight of what stands alike, for each of `standings`. What can't come to enough any more goes
    // no further, so that few of all codes are ever made.
    let mut codes = vec![(String::new(), vec![0_u64; own.len()])];
    let mut left = all;
    for (place, weight) in weights.into_iter().map(u64::from).enumerate() {
        left -= weight;
        let mut longer = Vec::new();
        for (code, alike) in &codes {
            for way in [Standing::For, Standing::Against, Standing::Even].map(letter) {
                let same = |(own, alike): (&Vec<char>, &u64)| alike + if own[place] == way { weight } else { 0 };
                let alike: Vec<u64> = own.iter().zip(alike).map(same).collect();
                if alike.iter().any(|alike| (alike + left) * 10_000 >= u64::from(ALIKE_BP) * all) {
                    longer.push((format!("{code}{way}"), alike));
                }
            }
        }
        codes = longer;
    }
    codes.into_iter().map(|(code, _)| code).collect()
}

const fn letter(standing: Standing) -> char {
    match standing {
        Standing::For => 'f',
        Standing::Against => 'a',
        Standing::Even => 'e',
    }
}

/// A clause that was not compared stood even.
fn standing(list: &[(Clause, Standing)], clause: Clause) -> Standing {
    list.iter().find(|(one, _)| *one == clause).map_or(Standing::Even, |(_, standing)| *standing)
}

/// The weight of the clauses that stand alike, in basis points of the weight of all clauses of the program. A clause that
/// was not compared then stood even.
pub fn similarity(a: &[(Clause, Standing)], b: &[(Clause, Standing)], program: &Program) -> u16 {
    let all: u32 = program.deals.clauses.iter().map(|rule| rule.weight).sum();
    let alike: u32 =
        program.deals.clauses.iter().filter(|rule| standing(a, rule.clause) == standing(b, rule.clause)).map(|rule| rule.weight).sum();
    if all == 0 { 0 } else { u16::try_from(u64::from(alike) * 10_000 / u64::from(all)).unwrap_or(10_000) }
}

/// The past decisions most like this case, whichever of the parties stands where the winner stood then.
pub(super) fn nearest(rows: &[ClauseRow], parties: &[DealId], past: &[Precedent], program: &Program) -> Vec<Nearest> {
    let standings: Vec<(DealId, Vec<(Clause, Standing)>)> =
        parties.iter().map(|deal| (*deal, rows.iter().map(|row| (row.clause, row.standing(*deal))).collect())).collect();
    let mut found: Vec<Nearest> = past.iter().filter_map(|one| compare(one, &standings, program)).collect();
    found.sort_by_key(|one| (std::cmp::Reverse(one.similarity_bp), std::cmp::Reverse(one.decided_at), one.case));
    found.truncate(NEAREST_MAX);
    found
}

fn compare(past: &Precedent, standings: &[(DealId, Vec<(Clause, Standing)>)], program: &Program) -> Option<Nearest> {
    let scores: Vec<(DealId, u16)> = standings.iter().map(|(deal, own)| (*deal, similarity(own, &past.standings, program))).collect();
    let similarity_bp = scores.iter().map(|(_, bp)| *bp).max().filter(|bp| *bp >= ALIKE_BP)?;
    let mut best = scores.iter().filter(|(_, bp)| *bp == similarity_bp);
    let suggests = match (best.next(), best.next()) {
        (Some((deal, _)), None) => Some(*deal),
        _ => None,
    };
    let Precedent { case, decided_at, kind, is_appealed, .. } = *past;
    Some(Nearest { case, decided_at, similarity_bp, kind, suggests, is_appealed })
}

/// Whether most of the nearest decisions speak against a verdict. Those that suggest an award without saying to whom have
/// no opinion, and neither have those that are appealed.
pub(super) fn against(nearest: &[Nearest], verdict: &Verdict) -> Option<Against> {
    let opinions: Vec<bool> = nearest
        .iter()
        .filter(|one| !one.is_appealed && (one.kind != VerdictKind::Award || one.suggests.is_some()))
        .map(|one| {
            let same_kind = one.kind == verdict.kind();
            same_kind && (one.kind != VerdictKind::Award || one.suggests == verdict.principal())
        })
        .collect();
    let against = opinions.iter().filter(|agrees| !**agrees).count();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (2 * against > opinions.len()).then(|| Against { against: number(against), of: number(opinions.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program;

    /// Against the definition, for every pair of ways in which a case can stand that differ in some clauses.
    #[test]
    fn the_codes_alike_are_those_that_are_similar_enough() {
        let program = program::parse("demo", program::DEMO).expect("the demo program");
        let every = |n: usize| -> Vec<(Clause, Standing)> {
            let way =
                |place: usize| [Standing::For, Standing::Against, Standing::Even][n / 3_usize.pow(u32::try_from(place).unwrap_or(0)) % 3];
            Clause::ALL.iter().enumerate().map(|(place, clause)| (*clause, way(place))).collect()
        };
        for own in [vec![every(0)], vec![every(5), every(1_234)], vec![every(2_186), every(700), every(41)]] {
            let mut wanted: Vec<String> = (0..3_usize.pow(7))
                .map(every)
                .filter(|one| own.iter().any(|own| similarity(own, one, &program) >= ALIKE_BP))
                .map(|one| code(&one))
                .collect();
            let mut found = codes_alike(&own, &program);
            wanted.sort();
            found.sort();
            assert_eq!(found, wanted);
        }
        assert!(codes_alike(&[], &program).is_empty());
    }
}
