//! A report as one HTML page that stands alone: no script, nothing loaded, one style sheet whose hash is all that its content
//! security policy lets through. It prints on A4, follows the reader's light or dark, and reads well without colour.

use super::{chart::svg, markdown::is_numeric};
use crate::domain::{
    report::{Figure, Report, Section, Table},
    tier::rules::Light,
};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");
/// SHA-256 of the style sheet, as a content security policy names it; a test works it out again.
pub const STYLE_HASH: &str = "sha256-1tgnGbwV6W0AFEWpAb+WhL7uLzo53w7O6b7MJbs+OH0=";
/// Longer texts have a row of their own.
const SHORT: usize = 28;

pub fn page(report: &Report) -> String {
    let (kind, title) = (report.kind.doc(), escaped(&report.title));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{kind}: {title}, as of {on}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<p class=\"kind\">{kind}</p>\n<h1><bdi>{title}</bdi></h1>\n<p>As of <time datetime=\"{on}\">{on}</time></p>\n</header>\n<main>\n",
        on = report.on
    );
    report.sections.iter().for_each(|section| part(&mut out, section));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn part(out: &mut String, section: &Section) {
    let id = section.id;
    let _ = write!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n", escaped(&section.title));
    for note in &section.notes {
        let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(note));
    }
    if !section.facts.is_empty() {
        out.push_str("<dl>\n");
        for fact in &section.facts {
            let shown = fact.figure.shown();
            let class = match &fact.figure {
                Figure::Text(_) if shown.chars().count() > SHORT => " class=\"wide\"",
                Figure::NotKnown | Figure::Nothing => " class=\"none\"",
                _ => "",
            };
            let _ = writeln!(out, "<div{class}><dt>{}</dt><dd>{}</dd></div>", escaped(fact.label), figure(&fact.figure));
        }
        out.push_str("</dl>\n");
    }
    section.tables.iter().for_each(|one| table(out, section, one));
    out.push_str("</section>\n");
}

fn table(out: &mut String, section: &Section, table: &Table) {
    if table.rows.is_empty() {
        let _ = write!(out, "<h3>{}</h3>\n<p>{}</p>\n", escaped(&table.caption), escaped(table.empty));
        return;
    }
    out.push_str("<figure>\n");
    out.extend(svg(table, &format!("{}-{}", section.id, table.id)));
    let _ = write!(out, "<table>\n<caption>{}</caption>\n<thead><tr>", escaped(&table.caption));
    let right: Vec<&str> = (0..table.columns.len()).map(|at| if is_numeric(table, at) { " class=\"right\"" } else { "" }).collect();
    for (column, class) in table.columns.iter().zip(&right) {
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escaped(column.label));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, (cell, class)) in row.iter().zip(&right).enumerate() {
            let (open, close) = if at == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            let class = if matches!(cell, Figure::Day(_)) { " class=\"day\"" } else { class };
            let _ = write!(out, "<{open}{class}>{}</{close}>", figure(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</figure>\n");
}

/// A figure in its element. What others wrote stands apart, so that its direction turns nothing else around.
fn figure(figure: &Figure) -> String {
    let shown = escaped(&figure.shown());
    match figure {
        Figure::Text(_) => format!("<bdi>{shown}</bdi>"),
        Figure::Light(light) => {
            let shape = match light {
                Light::Ahead => '▲',
                Light::Green => '●',
                Light::Yellow => '◆',
                Light::Red => '■',
            };
            format!("<span class=\"{}\" aria-hidden=\"true\">{shape}</span> {shown}", light.name())
        }
        _ => shown,
    }
}

/// Text that means nothing to HTML, within an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_partner_writes_means_anything() {
        assert_eq!(escaped("<script>alert('x') & \"y\"</script>"), "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
    }

    #[test]
    fn the_style_sheet_loads_nothing() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("@font-face"));
        assert!(!STYLE.contains('<'), "it can't end its element");
    }
}
