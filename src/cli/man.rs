//! `pilothouse man`: the manual page, made from the command line's own definition.

use super::{Call, Cli};
use crate::{config::VARIABLES, error::Result};
use clap::{Command, CommandFactory};
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};
use std::io::Write;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  pilothouse man > /usr/local/share/man/man1/pilothouse.1")]
pub struct Args {}

pub fn run(_: Args, call: &mut Call<'_>) -> Result<()> {
    Ok(page(call.out)?)
}

/// One page for the program and all its verbs, because people search one page.
fn page(out: &mut dyn Write) -> std::io::Result<()> {
    let mut root = Cli::command();
    root.build();
    let man = Man::new(root.clone());
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    out.write_all(&text)?;
    for verb in leaves(&root) {
        let mut about = Roff::new();
        about.control("SH", [verb.get_bin_name().unwrap_or_default().to_uppercase().as_str()]);
        about.text([roman(verb.get_about().map(ToString::to_string).unwrap_or_default())]);
        about.to_writer(out)?;
        let mut text = Vec::new();
        Man::new(own(&verb)).render_options_section(&mut text)?;
        out.write_all(String::from_utf8_lossy(&text).replace(".SH OPTIONS", ".PP").as_bytes())?;
        if let Some(example) = verb.get_after_help() {
            let mut roff = Roff::new();
            roff.control("nf", []);
            roff.text([roman(example.to_string())]);
            roff.control("fi", []);
            roff.to_writer(out)?;
        }
    }
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in VARIABLES {
        roff.control("TP", []);
        roff.text([roman(*name)]);
        roff.text([roman(*meaning)]);
    }
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman("0 when all went well, 1 when it failed, 2 when the command line is wrong.")]);
    roff.to_writer(out)
}

/// The verbs that can be called, in the order of the help.
pub(super) fn leaves(command: &Command) -> Vec<Command> {
    let mut all = Vec::new();
    for verb in command.get_subcommands() {
        if verb.has_subcommands() { all.extend(leaves(verb)) } else { all.push(verb.clone()) }
    }
    all
}

/// The verb without the options that every verb takes: they stand once, at the head.
fn own(verb: &Command) -> Command {
    verb.clone().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg })
}
