//! A page around one record, of which nobody knows yet where in the order it stands.

use super::{Cursor, Edge, From, Listing, Look, Place, Result, Session, SortKey, Span, Sql};
use crate::domain::id::Number;

/// The part of such a page that stands before the record.
const BEFORE: u32 = 3;

impl Session {
    /// The places of a page, and whether there are more before and after them.
    pub(super) async fn places_asked<L: Listing>(
        &mut self,
        look: &Look<'_, L>,
        from: &From<L::Id>,
        limit: u32,
    ) -> Result<(Vec<Place>, bool, bool)> {
        let place = match from {
            From::Near(id) => self.optional::<Place>(look.place_of(*id)).await?,
            _ => None,
        };
        match place {
            Some(place) => self.places_around(look, &look.cursor(place), limit).await,
            None => self.places_from(look, from, limit).await,
        }
    }

    async fn places_around<L: Listing>(
        &mut self,
        look: &Look<'_, L>,
        cursor: &Cursor<L::Id>,
        limit: u32,
    ) -> Result<(Vec<Place>, bool, bool)> {
        let above = limit / BEFORE;
        let mut places = self.places(look, Span { from: Some((cursor, Edge::Beyond)), forwards: false, limit: above + 1 }).await?;
        let more_before = places.len() > above as usize;
        places.truncate(above as usize);
        places.reverse();
        let left = limit - u32::try_from(places.len()).unwrap_or(limit);
        let mut below = self.places(look, Span { from: Some((cursor, Edge::Including)), forwards: true, limit: left + 1 }).await?;
        let more_after = below.len() > left as usize;
        below.truncate(left as usize);
        places.append(&mut below);
        Ok((places, more_before, more_after))
    }
}

impl<L: Listing> Look<'_, L> {
    /// The record's own place, if it stands in the queue and passes the filter.
    fn place_of(&self, id: L::Id) -> Sql {
        let mut sql = Sql::new("select ");
        self.columns(&mut sql);
        sql.push(" from ").push(L::TABLE).push(" where ").push(L::TABLE).push(".id = ").push_bind(id).push(" and ");
        self.conditions(&mut sql);
        sql
    }

    fn cursor(&self, (id, number, words): Place) -> Cursor<L::Id> {
        let key = if self.order.is_words { SortKey::Company(words) } else { SortKey::Number(number) };
        Cursor { key, id: L::Id::of(id) }
    }
}
