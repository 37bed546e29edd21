//! Opens the inputs that the user names: files, folders, patterns, archives, standard input.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, bail};
use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use super::Input;

/// The endings of files in folders and archives that the import reads.
const TABLES: [&str; 4] = ["csv", "tsv", "tab", "txt"];
const GZIP: &str = "gz";
const ZIP: &str = "zip";

const BUFFER_BYTES: usize = 64 * 1024;

/// Opens one input after the other and gives it to `read`; stops at the first error.
///
/// A path is a file, a folder (all tables in it and below, sorted by path), a pattern like
/// `data/*.csv`, or `-` for the standard input. Gzip is unpacked; an archive of zip gives each
/// table in it, as `archive.zip/member.csv`.
///
/// `bytes_read` counts the packed bytes of files.
pub fn each(
    paths: &[String],
    bytes_read: &AtomicU64,
    read: &mut dyn FnMut(Input<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for path in paths {
        if path == "-" {
            let input = BufReader::with_capacity(
                BUFFER_BYTES,
                Counted { input: io::stdin().lock(), bytes_read },
            );
            stream(path.clone(), input, read)?;
        } else {
            for file in files(path)? {
                open(&file, bytes_read, read)?;
            }
        }
    }
    Ok(())
}

/// The files that a path stands for.
fn files(path: &str) -> anyhow::Result<Vec<PathBuf>> {
    let plain = PathBuf::from(path);
    if plain.is_dir() {
        let mut files = Vec::new();
        walk(&plain, &mut files)?;
        if files.is_empty() {
            bail!("{path}: the folder has no file that ends in {}", endings());
        }
        return Ok(files);
    }
    if plain.exists() || !path.contains(['*', '?', '[']) {
        return Ok(vec![plain]);
    }
    let found = glob::glob(path).with_context(|| format!("{path}: not a pattern for files"))?;
    let mut files = Vec::new();
    for path in found {
        let path = path?;
        if path.is_dir() { walk(&path, &mut files)? } else { files.push(path) }
    }
    if files.is_empty() {
        bail!("{path}: no file fits the pattern");
    }
    Ok(files)
}

fn endings() -> String {
    format!(".{}, or those with .{GZIP}, or .{ZIP}", TABLES.join(", ."))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot_read = || format!("cannot read the folder {}", folder.display());
    let entries = fs::read_dir(folder).with_context(cannot_read)?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()
        .with_context(cannot_read)?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files)?;
        } else if is_wanted(&path.to_string_lossy(), &[ZIP]) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the file's name ends like a table's. The import skips hidden files.
fn is_wanted(path: &str, others: &[&str]) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let is_known = |ending: &str| TABLES.contains(&ending) || others.contains(&ending);
    !name.starts_with('.') && name.rsplit_once('.').is_some_and(|(_, ending)| is_known(ending))
}

/// The file's name without its folder and without known endings.
pub(super) fn without_extensions(path: &str) -> &str {
    let mut name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    while let Some((stem, ending)) = name.rsplit_once('.') {
        let ending = ending.to_lowercase();
        if !TABLES.contains(&ending.as_str()) && ![GZIP, ZIP].contains(&ending.as_str()) {
            break;
        }
        name = stem;
    }
    name
}

/// The size of all files; none if one input is not a file.
#[must_use]
pub fn total_bytes(paths: &[String]) -> Option<u64> {
    let mut total = 0;
    for path in paths {
        if path == "-" {
            return None;
        }
        for file in files(path).ok()? {
            total += file.metadata().ok()?.len();
        }
    }
    Some(total)
}

fn open(
    path: &Path,
    bytes_read: &AtomicU64,
    read: &mut dyn FnMut(Input<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let cannot_open = || format!("cannot open {name}");
    let file = Counted { input: File::open(path).with_context(cannot_open)?, bytes_read };
    let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
    let start = file.fill_buf().with_context(cannot_open)?;
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        members(&name, file, read)
    } else {
        stream(name, file, read)
    }
}

/// Gives each table of an archive.
fn members(
    name: &str,
    file: BufReader<Counted<'_, File>>,
    read: &mut dyn FnMut(Input<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut archive =
        ZipArchive::new(file).with_context(|| format!("{name}: cannot read the archive"))?;
    let mut found = false;
    for index in 0..archive.len() {
        let member = archive.by_index(index);
        let member = member.with_context(|| format!("{name}: cannot read member {}", index + 1))?;
        let inner = String::from_utf8_lossy(member.name_raw()).into_owned();
        if is_wanted(&inner, &[]) && !inner.starts_with("__MACOSX/") {
            found = true;
            let bytes = BufReader::with_capacity(BUFFER_BYTES, member);
            stream(format!("{name}/{inner}"), bytes, read)?;
        }
    }
    if !found {
        let endings = TABLES.join(", .");
        bail!("{name}: the archive has no file that ends in .{endings}; save spreadsheets as CSV");
    }
    Ok(())
}

/// Gives the input, unpacked if it is gzip.
fn stream(
    name: String,
    mut bytes: impl BufRead,
    read: &mut dyn FnMut(Input<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let start = bytes.fill_buf().with_context(|| format!("cannot read {name}"))?;
    if name == "-" && start.starts_with(b"PK\x03\x04") {
        bail!("-: a zip archive cannot be read from the standard input; name the file");
    }
    let is_gzip = start.starts_with(b"\x1f\x8b");
    let bytes: Box<dyn Read + '_> =
        if is_gzip { Box::new(Gunzip(MultiGzDecoder::new(bytes))) } else { Box::new(bytes) };
    read(Input { name, bytes })
}

/// Counts the bytes that pass.
struct Counted<'a, R> {
    input: R,
    bytes_read: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(buffer)?;
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.input.seek(position)
    }
}

/// Unpacks, and explains errors in the packed data.
struct Gunzip<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                io::Error::other("the gzip data ends in the middle; fetch the file again")
            }
            ErrorKind::InvalidData | ErrorKind::InvalidInput => io::Error::other(format!(
                "the gzip data is damaged ({error}); fetch the file again"
            )),
            _ => error,
        })
    }
}
