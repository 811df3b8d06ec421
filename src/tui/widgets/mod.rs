//! The furniture that every room shares. Each widget draws one region and changes nothing.

pub mod chart;
pub mod compare;
pub mod confirm;
pub mod countdown;
pub mod form;
pub mod help;
pub mod hints;
pub mod line;
pub mod list;
pub mod note;
pub mod palette;
pub mod pane;
pub mod status;
pub mod table;
pub mod tabs;
pub mod text;
