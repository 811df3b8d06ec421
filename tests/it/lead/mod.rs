//! What holds for every lead, whatever is done to it: properties over random histories.

mod clock;
mod life;
mod rotation;
mod routing;
