//! The text of one file, with fast ways from byte offset to line and column.

use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Longest line that is shown whole, in bytes; of longer ones, as in minified JSON, the part
/// around the problem is shown.
const LONG_LINE: usize = 400;
/// Bytes that are shown of a long line before and behind the start of a problem.
const WINDOW: usize = 60;

/// A file that was read: its path as shown to people, and its text.
#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
    /// Byte offset of the first byte of every line.
    line_starts: Vec<usize>,
    /// Characters before every [`STRIDE`]th byte, for files on one line; empty if all are ASCII.
    characters: Vec<usize>,
}

/// Bytes whose characters are counted anew for each column.
const STRIDE: usize = 256;

/// 1-based line and column; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineColumn {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl SourceFile {
    pub(crate) fn new(path: PathBuf, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.as_bytes().chunks(STRIDE) {
                characters.push(count);
                count += block.iter().filter(|byte| starts_character(**byte)).count();
            }
            characters.push(count);
        }
        Self {
            path,
            text,
            line_starts,
            characters,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn line_column(&self, offset: usize) -> LineColumn {
        let offset = self.char_boundary(offset);
        let line = self.line_index(offset);
        let column =
            self.characters_before(offset) - self.characters_before(self.line_starts[line]);
        LineColumn {
            line: line + 1,
            column: column + 1,
        }
    }

    /// The number of characters before a byte, which starts one.
    fn characters_before(&self, offset: usize) -> usize {
        let Some(counted) = self.characters.get(offset / STRIDE) else {
            return offset;
        };
        let rest = &self.text.as_bytes()[offset - offset % STRIDE..offset];
        counted + rest.iter().filter(|byte| starts_character(**byte)).count()
    }

    /// The offset of a 1-based line and a column that counts bytes, as `serde_json` states them.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let line = line.clamp(1, self.line_starts.len());
        self.char_boundary(self.line_starts[line - 1] + column.saturating_sub(1))
    }

    /// The part of `span` on its first line: what is underlined, so that a wrong mapping of a
    /// thousand lines does not fill the screen.
    pub(crate) fn first_line(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.char_boundary(span.start);
        let next_line = self.line_starts.get(self.line_index(start) + 1);
        let line_end = next_line.map_or(self.text.len(), |next| next - 1);
        let line_end = match self.window(start) {
            Some(window) => line_end.min(window.end),
            None => line_end,
        };
        let shown = &self.text[start..line_end.max(start)];
        let shown = start + shown.find('\r').unwrap_or(shown.len());
        start..self.char_boundary(span.end.min(shown)).max(start)
    }

    /// What to show of the line at `offset` and its neighbours where they are too long to be shown.
    fn window(&self, offset: usize) -> Option<Range<usize>> {
        let line = self.line_index(offset);
        let end_of = |line: usize| *self.line_starts.get(line + 1).unwrap_or(&self.text.len());
        let near = line.saturating_sub(1)..(line + 2).min(self.line_starts.len());
        let longest = near.map(|line| end_of(line) - self.line_starts[line]).max();
        if longest.unwrap_or_default() <= LONG_LINE {
            return None;
        }
        let start = offset.saturating_sub(WINDOW).max(self.line_starts[line]);
        let end = (offset + WINDOW).min(end_of(line));
        let (start, end) = (self.char_boundary(start), self.char_boundary(end));
        let newline = self.text[start..end].trim_end_matches(['\r', '\n']).len();
        Some(start..start + newline)
    }

    fn one_line(&self, part: Range<usize>) -> MietteSpanContents<'_> {
        let start = self.line_column(part.start);
        MietteSpanContents::new_named(
            self.path.display().to_string(),
            &self.text.as_bytes()[part.clone()],
            (part.start, part.len()).into(),
            start.line - 1,
            start.column - 1,
            1,
        )
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    fn char_boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// Whether a byte of UTF-8 is the first of a character.
fn starts_character(byte: u8) -> bool {
    !(0x80..0xc0).contains(&byte)
}

impl SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        if context_lines_before > 0
            && let Some(window) = self.window(span.offset())
        {
            // Labels that are far apart get an excerpt each.
            return if end <= window.end {
                Ok(Box::new(self.one_line(window)))
            } else {
                Err(MietteError::OutOfBounds)
            };
        }
        let first = self
            .line_index(span.offset())
            .saturating_sub(context_lines_before);
        let last = self.line_index(end) + context_lines_after;
        let start = self.line_starts[first];
        let stop = self
            .line_starts
            .get(last + 1)
            .map_or(self.text.len(), |next| *next);
        // Without context the column is that of the span: `miette` asks so for its headline.
        let column = match context_lines_before {
            0 => self.line_column(span.offset()).column - 1,
            _ => 0,
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.display().to_string(),
            &self.text.as_bytes()[start..stop],
            (start, stop - start).into(),
            first,
            column,
            last.min(self.line_starts.len() - 1) - first + 1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::new("a.yaml".into(), "é: ü\nb: c\n".into());
        assert_eq!(
            file.line_column(4),
            LineColumn { line: 1, column: 4 },
            "two bytes of é are one column"
        );
        assert_eq!(file.line_column(7), LineColumn { line: 2, column: 1 });
        assert_eq!(file.line_column(999), LineColumn { line: 3, column: 1 });
    }

    #[test]
    fn columns_are_found_on_long_lines() {
        for text in ["x".repeat(2_000), "aé漢🐕\n".repeat(200), "漢".repeat(900)] {
            let file = SourceFile::new("a.yaml".into(), text.clone());
            for (offset, _) in text.char_indices() {
                let line = text[..offset].matches('\n').count() + 1;
                let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
                let column = text[start..offset].chars().count() + 1;
                assert_eq!(file.line_column(offset), LineColumn { line, column });
            }
        }
    }

    #[test]
    fn of_a_long_line_only_a_part_is_shown() {
        let text = format!("{{\"a\":\"{}é\"}}", "x".repeat(5_000));
        let file = SourceFile::new("a.json".into(), text);
        let underlined = file.first_line(&(0..5_000));
        assert!(underlined.len() <= WINDOW, "{underlined:?}");
        let shown = file.read_span(&(2_000, 10).into(), 1, 1).unwrap();
        assert!(shown.data().len() <= 2 * WINDOW);
        assert_eq!(shown.column(), 2_000 - WINDOW);
    }

    #[test]
    fn an_underline_stays_on_its_first_line() {
        let file = SourceFile::new("a.yaml".into(), "a:\r\n  b: c\r\n".into());
        assert_eq!(file.first_line(&(0..12)), 0..2);
        assert_eq!(file.first_line(&(6..7)), 6..7);
    }
}
