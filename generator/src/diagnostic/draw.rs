//! Turns a [`Diagnostic`] into the picture that a terminal shows: the excerpt, the underline, the help.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};

use super::position::{line_at, line_number};
use super::visible::{shown, visible};
use super::{Diagnostic, Label, Severity};

/// Whether the picture has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Colour {
    /// None: files, pipes, `NO_COLOR`.
    #[default]
    Never,
    /// ANSI sequences, for a terminal.
    Always,
}

/// Places further apart than so many lines get an excerpt each.
const APART: usize = 30;
/// A longer line, such as that of JSON without line breaks, is shown in part.
const WIDTH: usize = 400;
/// How many bytes of such a line stand before and after what is underlined.
const AROUND: usize = 60;

impl Diagnostic {
    /// The picture, without a line break at its end.
    pub fn draw(&self, colour: Colour) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level
            .primary_title(visible(&self.message))
            .id(self.code.to_string());
        let mut elements: Vec<Element<'_>> = Vec::new();
        for excerpt in self.excerpts() {
            elements.extend(excerpt.elements());
        }
        if let Some(help) = &self.help {
            elements.push(Level::HELP.message(visible(help)).into());
        }
        let renderer = match colour {
            Colour::Never => Renderer::plain(),
            Colour::Always => Renderer::styled(),
        };
        let group: Group<'_> = title.elements(elements);
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }

    /// The places, those near each other together, the primary one's excerpt first.
    fn excerpts(&self) -> Vec<Excerpt<'_>> {
        let mut excerpts: Vec<Excerpt<'_>> = Vec::new();
        let labels = self.primary.iter().map(|label| (label, true));
        for (label, is_primary) in labels.chain(self.secondary.iter().map(|label| (label, false))) {
            let mark = Mark::new(label, is_primary);
            match excerpts.iter_mut().find(|excerpt| excerpt.takes(&mark)) {
                Some(excerpt) => excerpt.marks.push(mark),
                None => excerpts.push(Excerpt { marks: vec![mark] }),
            }
        }
        excerpts
    }
}

/// A label and the first line that it covers.
struct Mark<'a> {
    label: &'a Label,
    is_primary: bool,
    number: usize,
    line: Range<usize>,
    span: Range<usize>,
}

impl<'a> Mark<'a> {
    fn new(label: &'a Label, is_primary: bool) -> Self {
        let text = &label.file.text;
        let line = line_at(text, label.start);
        // Of a value over many lines the first says enough.
        let start = label.start.clamp(line.start, line.end);
        let end = label.end.clamp(start, line.end);
        let shown = text.get(start..end).map_or(0, |part| part.trim_end().len());
        Self {
            label,
            is_primary,
            number: line_number(text, line.start),
            line,
            span: start..start + shown,
        }
    }
}

/// Neighbouring lines of one file.
struct Excerpt<'a> {
    marks: Vec<Mark<'a>>,
}

impl<'a> Excerpt<'a> {
    fn takes(&self, mark: &Mark<'_>) -> bool {
        self.marks.iter().all(|other| {
            Arc::ptr_eq(&other.label.file, &mark.label.file)
                && other.number.abs_diff(mark.number) <= APART
                && other.line.len().max(mark.line.len()) <= WIDTH
        })
    }

    /// What the renderer is told: the place by itself only where the excerpt does not begin with the line.
    fn elements(&self) -> Vec<Element<'a>> {
        let first = &self.marks[0];
        let path = visible(&first.label.file.path);
        if first.line.len() <= WIDTH {
            return vec![self.snippet().path(path).into()];
        }
        let position = first.label.position();
        let origin = Origin::path(path)
            .line(position.line)
            .char_column(position.column);
        vec![origin.into(), self.snippet().into()]
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        let range = self.range();
        let text = &self.marks[0].label.file.text[range.clone()];
        let number = self.marks.iter().map(|mark| mark.number).min().unwrap_or(1);
        let annotations = self.marks.iter().map(|mark| {
            let kind = if mark.is_primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let at = |byte: usize| {
                shown(&text[..byte.clamp(range.start, range.end) - range.start]).len()
            };
            kind.span(at(mark.span.start)..at(mark.span.end))
                .label(visible(&mark.label.text))
        });
        Snippet::source(shown(text))
            .line_start(number)
            .annotations(annotations)
    }

    /// The bytes that are shown.
    fn range(&self) -> Range<usize> {
        let start = self
            .marks
            .iter()
            .map(|mark| mark.line.start)
            .min()
            .unwrap_or(0);
        let end = self
            .marks
            .iter()
            .map(|mark| mark.line.end)
            .max()
            .unwrap_or(0);
        let first = &self.marks[0];
        if first.line.len() <= WIDTH {
            return start..end;
        }
        let text = &first.label.file.text;
        let from = first.span.start.saturating_sub(AROUND).max(start);
        let to = (first.span.end.min(first.span.start + WIDTH) + AROUND).min(end);
        let from = (from..=first.span.start)
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(start);
        let to = (to..=end)
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(end);
        from..to
    }
}
