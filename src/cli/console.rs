//! `pilothouse`: the console itself.

use super::Call;
use crate::{
    app::App,
    error::{Error, Result},
};

/// Runs until the person leaves.
pub async fn open(app: &App, call: &mut Call<'_>) -> Result<()> {
    call.sign_in(app).await?;
    Err(Error::expected("this build has no console yet: name a command, as `pilothouse --help` lists them"))
}
