use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row(u32, &'static str);

impl Record for Row {
    type Key = u32;
    fn key(&self) -> u32 {
        self.0
    }
}

fn page(keys: &[u32]) -> Page<Row> {
    Page::whole(keys.iter().map(|key| Row(*key, "")).collect())
}

fn list(keys: &[u32], height: u16) -> List<Row> {
    let mut list = List::default();
    list.set_height(height);
    list.replace(page(keys));
    list
}

fn shown(list: &List<Row>) -> Vec<u32> {
    list.visible().iter().map(Record::key).collect()
}

#[test]
fn the_cursor_moves_by_counts_and_the_window_follows() {
    let mut list = list(&[1, 2, 3, 4, 5, 6, 7, 8], 3);
    list.motion(Act::Down, Some(4));
    assert_eq!((list.selected_key(), shown(&list)), (Some(5), vec![3, 4, 5]));
    list.motion(Act::Up, None);
    assert_eq!(shown(&list), [3, 4, 5]);
    list.motion(Act::Last, None);
    assert_eq!(shown(&list), [6, 7, 8]);
    list.motion(Act::First, Some(2));
    assert_eq!(list.selected_key(), Some(2));
    list.motion(Act::Down, Some(u32::MAX));
    assert_eq!(list.selected_key(), Some(8));
}

#[test]
fn new_rows_above_the_cursor_are_announced_and_come_in_by_a_key() {
    let mut list = list(&[10, 20, 30, 40], 3);
    list.select(20);
    list.refresh(page(&[5, 10, 15, 20, 25, 30, 40]));
    assert_eq!(list.rows().iter().map(Record::key).collect::<Vec<_>>(), [10, 20, 25, 30, 40]);
    assert_eq!((list.news(), list.selected_key()), (Some(2), Some(20)));
    assert!(list.bring_in());
    assert_eq!(list.rows().len(), 7);
    assert_eq!((list.news(), list.selected_key()), (None, Some(20)));
}

#[test]
fn a_row_that_leaves_under_the_cursor_stays_until_the_cursor_goes() {
    let mut list = list(&[1, 2, 3, 4], 4);
    list.select(2);
    list.refresh(page(&[1, 3, 4]));
    assert_eq!(shown(&list), [1, 2, 3, 4]);
    assert_eq!((list.stray(), list.is_gone(2)), (Some(2), false), "nobody has looked yet");
    list.settle_stray(None);
    assert!(list.is_gone(2));
    list.refresh(page(&[1, 3, 4]));
    assert!(list.is_gone(2), "until it is looked for again");
    list.motion(Act::Down, None);
    assert_eq!((shown(&list), list.selected_key()), (vec![1, 3, 4], Some(3)));
}

#[test]
fn a_row_whose_place_is_elsewhere_stays_until_the_cursor_goes_and_keeps_its_mark() {
    let mut list = list(&[1, 2, 3, 4], 4);
    list.select(2);
    list.mark_keys([2]);
    list.refresh(page(&[1, 3, 4]));
    list.settle_stray(Some(Row(2, "as it is now")));
    assert_eq!((list.is_moved(2), list.is_gone(2)), (true, false));
    list.motion(Act::Down, None);
    assert_eq!((shown(&list), list.selected_key(), list.is_marked(2)), (vec![1, 3, 4], Some(3), true));
}

#[test]
fn after_ones_own_verb_the_cursor_is_on_the_next() {
    let mut list = list(&[1, 2, 3], 3);
    list.select(2);
    list.remove(&[2]);
    assert_eq!(list.selected_key(), Some(3));
    list.remove(&[3]);
    assert_eq!(list.selected_key(), Some(1));
    list.remove(&[1]);
    assert_eq!(list.selected_key(), None);
}

#[test]
fn a_range_marks_what_the_cursor_passes_and_lets_go_of_it() {
    let mut list = list(&[1, 2, 3, 4, 5], 5);
    list.mark(None);
    list.select(3);
    list.mark_range();
    list.motion(Act::Down, Some(2));
    assert_eq!(list.targets(), [1, 3, 4, 5]);
    list.motion(Act::Up, None);
    assert_eq!(list.targets(), [1, 3, 4]);
    list.mark_range();
    list.motion(Act::Down, None);
    assert_eq!(list.targets(), [1, 3, 4]);
    list.replace(page(&[4, 9]));
    assert_eq!((list.targets(), list.marks_hidden()), (vec![1, 3, 4], 2));
}

#[test]
fn pages_come_and_go_without_the_cursor_noticing() {
    let mut list = list(&(0..600).collect::<Vec<_>>(), 10);
    list.more_after = true;
    assert_eq!(list.motion(Act::Last, None), Some(Some(Want::End)));
    list.motion(Act::Down, Some(590));
    assert_eq!(list.want(), Some(Want::After));
    list.append(Page { rows: (600..1200).map(|key| Row(key, "")).collect(), more_before: false, more_after: false });
    assert_eq!(list.selected_key(), Some(590));
    assert!(list.rows().len() <= 1200 && list.more_before());
    list.prepend(page(&(0..list.rows()[0].0).collect::<Vec<_>>()));
    assert_eq!((list.selected_key(), list.rows()[0].0), (Some(590), 0));
}

proptest! {
    #[test]
    fn a_refresh_never_moves_the_cursor_from_its_record_nor_its_line(
        old in prop::collection::btree_set(0..60_u32, 1..40), new in prop::collection::btree_set(0..60_u32, 0..40),
        down in 0..40_u32, height in 1..12_u16,
    ) {
        let old: Vec<u32> = old.into_iter().collect();
        let mut list = list(&old, height);
        list.motion(Act::Down, Some(down));
        let (record, line) = (list.selected_key(), list.line());
        list.refresh(page(&new.into_iter().collect::<Vec<_>>()));
        prop_assert_eq!(list.selected_key(), record);
        // The line stays unless the list became too short above or below the cursor.
        if list.top > 0 && list.top + list.height < list.rows.len() {
            prop_assert_eq!(list.line(), line);
        }
        prop_assert!(shown(&list).contains(&record.unwrap()));
    }
}
