//! The few lines around a finding, made fit to be shown: values of Secrets masked, long lines cut around
//! what is marked, characters that steer a terminal replaced.
//!
//! miette draws the frame. Its own reading of a source counts lines from the first byte for every label;
//! this one knows them from the line index, and never hands out a character that must not be shown.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::Source;
use super::printable::is_printable;
use crate::manifest::mask;
use crate::source::Span;

/// Lines shown above and below a marked one.
const CONTEXT: u32 = 1;
/// A marked text of more lines is shown by its first one.
const MAX_LINES: u32 = 4;
/// Characters kept before what is marked in a line that must be cut.
const LEAD: usize = 24;

/// Something to mark.
pub struct Mark<'m> {
    /// What.
    pub span: Span,
    /// A few words beside it.
    pub label: Option<&'m str>,
    /// Whether it is what the finding is about.
    pub primary: bool,
}

/// Lines of one text, ready to be framed.
#[derive(Debug)]
pub struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    columns: Vec<(usize, u32)>,
}

#[derive(Debug)]
struct Line {
    /// Where the line starts in the excerpt's text.
    start: usize,
    /// Its number in the file, from 1.
    number: u32,
}

/// Cuts the lines around `marks` out of a source, each at most `width` characters long, and places the marks
/// in them.
pub fn excerpt(name: &str, source: &Source, marks: &[Mark<'_>], width: usize) -> (Excerpt, Vec<LabeledSpan>) {
    let spans: Vec<Span> = marks.iter().map(|mark| shown_part(source, mark.span)).collect();
    let mut numbers: Vec<u32> = Vec::new();
    for span in &spans {
        let (first, last) = line_range(source, *span);
        numbers.extend(first.saturating_sub(CONTEXT).max(1)..=last);
        let below = (last + 1..=last + CONTEXT).filter(|line| !is_end(source, *line));
        numbers.extend(below);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut points: Vec<Point> = Vec::with_capacity(spans.len() * 2);
    for (mark, span) in spans.iter().enumerate() {
        points.push(Point::new(span.start, mark, false));
        points.push(Point::new(span.end, mark, true));
    }
    points.sort_by_key(|point| point.offset);
    let mut excerpt = Excerpt {
        name: name.to_string(),
        text: String::new(),
        lines: Vec::with_capacity(numbers.len()),
        columns: Vec::with_capacity(marks.len()),
    };
    for number in numbers {
        let Some(line) = source.line(number) else { break };
        excerpt.lines.push(Line {
            start: excerpt.text.len(),
            number,
        });
        push_line(source, line, &mut points, width, &mut excerpt.text);
    }
    let mut places = vec![(0, 0); marks.len()];
    for point in &points {
        let place = &mut places[point.mark];
        *(if point.is_end { &mut place.1 } else { &mut place.0 }) = point.at.unwrap_or(0);
    }
    let drawn = drawn(marks, &places, &excerpt);
    let mut labels: Vec<LabeledSpan> = Vec::with_capacity(marks.len());
    for ((mark, span), drawn) in marks.iter().zip(&spans).zip(drawn) {
        let Some(drawn) = drawn else { continue };
        let (start, end) = places[drawn];
        excerpt.columns.push((start, source.position(span.start).column));
        let label = marks[drawn]
            .label
            .map(|label| super::printable(label).into_owned());
        let place = SourceSpan::new(start.into(), end.saturating_sub(start));
        labels.push(if mark.primary {
            LabeledSpan::new_primary_with_span(label, place)
        } else {
            LabeledSpan::new_with_span(label, place)
        });
    }
    labels.sort_by_key(LabeledSpan::offset);
    (excerpt, labels)
}

/// Of a mark without words and one with them inside it, both on one line, only the inner one is drawn: miette draws
/// both in one row, with a bar that leads nowhere. Returns the mark that each one stands for, `None` for those that
/// another one stands for.
fn drawn(marks: &[Mark<'_>], places: &[(usize, usize)], excerpt: &Excerpt) -> Vec<Option<usize>> {
    let mut drawn: Vec<Option<usize>> = (0..marks.len()).map(Some).collect();
    for (at, (start, end)) in places.iter().copied().enumerate() {
        let is_line = excerpt.line_at(start) == excerpt.line_at(end.saturating_sub(1).max(start));
        if marks[at].label.is_some() || !is_line {
            continue;
        }
        let is_inside = |(from, to): (usize, usize)| start <= from && to <= end && to - from < end - start;
        let inner = (0..marks.len()).find(|&other| {
            marks[other].label.is_some() && drawn[other] == Some(other) && is_inside(places[other])
        });
        if let Some(inner) = inner {
            drawn[at] = Some(inner);
            drawn[inner] = None;
        }
    }
    drawn
}

/// Where a mark starts or ends: in the source, and once its line is written in the excerpt.
struct Point {
    offset: u32,
    mark: usize,
    is_end: bool,
    at: Option<usize>,
}

impl Point {
    fn new(offset: u32, mark: usize, is_end: bool) -> Point {
        Point {
            offset,
            mark,
            is_end,
            at: None,
        }
    }
}

/// First and last line of a span. A break at its end does not count.
fn line_range(source: &Source, span: Span) -> (u32, u32) {
    let first = source.position(span.start).line;
    let last = source.position(span.end.saturating_sub(1).max(span.start)).line;
    (first, last)
}

/// Whether a line is but what follows the last line break.
fn is_end(source: &Source, line: u32) -> bool {
    let length = source.text().len() as u32;
    source
        .line(line)
        .is_some_and(|span| span.is_empty() && span.start == length)
}

/// The part of a span that is marked: within the text, and only its first line if it has many.
fn shown_part(source: &Source, span: Span) -> Span {
    let length = source.text().len() as u32;
    let span = Span::new(span.start.min(length), span.end.min(length));
    let (first, last) = line_range(source, span);
    let end_of = |line| source.line(line).map_or(span.end, |line| line.end);
    let end = if last - first >= MAX_LINES {
        end_of(first)
    } else {
        span.end.min(end_of(last))
    };
    Span::new(span.start, end.max(span.start))
}

/// Writes one line as it may be shown, and sets the points that lie in it.
fn push_line(source: &Source, line: Span, points: &mut [Point], width: usize, out: &mut String) {
    let content = source.text().get(line.range()).unwrap_or_default();
    let first = points.partition_point(|point| point.offset < line.start);
    let end = points.partition_point(|point| point.offset <= line.end);
    let points = &mut points[first..end.max(first)];
    let anchor = points
        .first()
        .map_or(0, |point| (point.offset - line.start) as usize);
    let window = window(content, anchor, width);
    let masked = source.masked();
    let mut next = 0;
    let mut reach = |offset: u32, at: usize, points: &mut [Point]| {
        while next < points.len() && points[next].offset <= offset {
            points[next].at = Some(at);
            next += 1;
        }
    };
    if window.start > 0 {
        reach(line.start + window.start as u32 - 1, out.len(), points);
        out.push('…');
    }
    for (at, c) in content.get(window.clone()).unwrap_or_default().char_indices() {
        let offset = line.start + (window.start + at) as u32;
        reach(offset, out.len(), points);
        let hidden = mask::touches(masked, Span::new(offset, offset + c.len_utf8() as u32));
        out.push(match c {
            ' ' => ' ',
            _ if hidden => '*',
            '\t' => '\t',
            c if is_printable(c) => c,
            _ => '\u{fffd}',
        });
    }
    reach(line.start + window.end as u32, out.len(), points);
    if window.end < content.len() {
        out.push('…');
    }
    reach(u32::MAX, out.len(), points);
    out.push('\n');
}

/// The part of a line to show: all of it, or `width` characters that begin shortly before `anchor`.
fn window(content: &str, anchor: usize, width: usize) -> std::ops::Range<usize> {
    if content.len() <= width {
        return 0..content.len();
    }
    let (before, after) = content.split_at(content.floor_char_boundary(anchor));
    let fits_from_start = before.len() + LEAD <= width;
    let start = if fits_from_start {
        0
    } else {
        before
            .char_indices()
            .rev()
            .take(LEAD)
            .last()
            .map_or(before.len(), |(at, _)| at)
    };
    let room = width
        .saturating_sub(content[start..before.len()].chars().count())
        .max(1);
    let end = after
        .char_indices()
        .nth(room)
        .map_or(content.len(), |(at, _)| before.len() + at);
    start..end
}

impl Excerpt {
    /// The index of the line that holds an offset of the excerpt.
    fn line_at(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= offset)
            .saturating_sub(1)
    }

    /// Whether the line follows the one before it in the file as well.
    fn follows(&self, index: usize) -> bool {
        match (self.lines.get(index.wrapping_sub(1)), self.lines.get(index)) {
            (Some(before), Some(line)) => before.number + 1 == line.number,
            _ => false,
        }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let mut first = self.line_at(span.offset());
        let mut last = self.line_at((span.offset() + span.len()).saturating_sub(1).max(span.offset()));
        for _ in 0..before {
            if self.follows(first) {
                first -= 1;
            }
        }
        for _ in 0..after {
            if self.follows(last + 1) {
                last += 1;
            }
        }
        let start = self.lines.get(first).ok_or(MietteError::OutOfBounds)?;
        let end = self
            .lines
            .get(last + 1)
            .map_or(self.text.len(), |line| line.start);
        let column = self.columns.iter().find(|(at, _)| *at == span.offset());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[start.start..end],
            SourceSpan::new(start.start.into(), end - start.start),
            start.number as usize - 1,
            // Only the place in the frame's first line is read from a call without context.
            column.map_or(0, |(_, column)| *column as usize - 1) * usize::from(before == 0),
            last + 1 - first,
        )))
    }
}
