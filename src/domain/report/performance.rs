//! What a partner did, for the console: the figures of its business review over the last eight quarters, and beside them what its
//! scorecard tells of twelve months.

use super::{
    Figure, PartnerSeen, Section,
    review::{LINES, Line, Of, moved},
    scorecard::{certifications, conversion, deals, funds, leads},
};

/// Two years.
const QUARTERS: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    /// `2026 Q4`, the oldest first; the last one says so while it is not over.
    pub quarters: Vec<String>,
    pub trends: Vec<Trend>,
    pub sections: Vec<Section>,
}

/// One figure over the quarters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    pub name: &'static str,
    /// One a quarter.
    pub figures: Vec<Figure>,
    /// Of the last quarter that is over against the one before it: percent, or points of what is a percentage.
    pub moved: Figure,
}

impl Performance {
    pub fn of(seen: &PartnerSeen) -> Self {
        let quarters = seen.quarters(QUARTERS);
        let counted: Vec<Of<'_>> = quarters.iter().map(|quarter| Of::new(seen, *quarter)).collect();
        // A part of a quarter is not compared with a whole one.
        let last = if seen.is_over(seen.quarter()) { QUARTERS - 1 } else { QUARTERS - 2 };
        let trend = |(name, figure): &Line| {
            let figures: Vec<Figure> = counted.iter().map(figure).collect();
            let moved = moved(&figures[last - 1], &figures[last]);
            Trend { name, figures, moved }
        };
        Self {
            quarters: quarters.iter().map(|quarter| seen.quarter_name(*quarter)).collect(),
            trends: LINES.iter().map(trend).collect(),
            sections: vec![leads(seen), conversion(seen), deals(seen), funds(seen), seen.sales(), certifications(seen)],
        }
    }
}
