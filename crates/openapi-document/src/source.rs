//! The text of one file, with fast ways from byte offset to line and column.

use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A file that was read: its path as shown to people, and its text.
#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
    /// Byte offset of the first byte of every line.
    line_starts: Vec<usize>,
}

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
        Self {
            path,
            text,
            line_starts,
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
        let column = self.text[self.line_starts[line]..offset].chars().count();
        LineColumn {
            line: line + 1,
            column: column + 1,
        }
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
        let line_end = self.text[start..]
            .find(['\n', '\r'])
            .map_or(self.text.len(), |length| start + length);
        start..self.char_boundary(span.end.min(line_end)).max(start)
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
    fn an_underline_stays_on_its_first_line() {
        let file = SourceFile::new("a.yaml".into(), "a:\r\n  b: c\r\n".into());
        assert_eq!(file.first_line(&(0..12)), 0..2);
        assert_eq!(file.first_line(&(6..7)), 6..7);
    }
}
