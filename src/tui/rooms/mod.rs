//! The rooms. Each implements [`super::room::Room`].
