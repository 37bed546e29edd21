//! Samples in the form of every layout, read value for value: as they are, packed, and with other
//! line ends. `NAME.expected.csv` has the rows of `NAME.csv`.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::AtomicU64,
};

use candles::{InstrumentMetadata, PriceRow, Symbol};
use chrono::NaiveDate;
use clap::ValueEnum;
use reader::{self, Format, ReadOptions, RowError, Sink};

use crate::app::repository;

/// A row as the expected files write it.
type Row = (String, NaiveDate, [f64; 4], f64, Option<f64>);

#[derive(Default)]
struct Told {
    rows: Vec<Row>,
    problems: Vec<String>,
}

impl Sink for Told {
    fn row(&mut self, _: u64, symbol: &Symbol, row: PriceRow) -> anyhow::Result<()> {
        let candles::OhlcvRow { time, open, high, low, close, volume } = row.ohlcv;
        let prices = [open, high, low, close];
        self.rows.push((symbol.to_string(), time.day(), prices, volume, row.adjusted_close));
        Ok(())
    }

    fn bad(&mut self, problem: RowError) {
        self.problems.push(problem.to_string());
    }

    fn empty(&mut self, _: u64) {}

    fn describe(&mut self, _: &Symbol, _: &InstrumentMetadata) {}
}

fn told(path: &Path, format: Option<Format>) -> Result<Told, String> {
    let options =
        ReadOptions { format, ..ReadOptions::new(NaiveDate::from_ymd_opt(2025, 1, 31).unwrap()) };
    let mut told = Told::default();
    let paths = [path.to_string_lossy().into_owned()];
    reader::each(&paths, &AtomicU64::default(), &mut |input| {
        reader::read(input, &options, &mut told)
    })
    .map_err(|error| format!("{error:#}"))?;
    Ok(told)
}

#[track_caller]
fn check(path: &Path, format: Option<Format>, expected: &[Row]) {
    let told = told(path, format).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(told.problems, [""; 0], "{}", path.display());
    assert_eq!(told.rows, expected, "{}", path.display());
}

/// The rows of an expected file, read without the code under test.
fn expected(path: &Path) -> Vec<Row> {
    let row = |line: &str| -> Row {
        let cells: Vec<&str> = line.split(',').collect();
        let price = |index: usize| cells[index].parse().unwrap();
        let prices = [price(2), price(3), price(4), price(5)];
        let date = cells[1].parse().unwrap();
        (cells[0].to_owned(), date, prices, cells[6].parse().unwrap(), cells[7].parse().ok())
    };
    fs::read_to_string(path).unwrap().lines().skip(1).map(row).collect()
}

/// Every sample and its layout's name.
fn samples() -> Vec<(PathBuf, String)> {
    let mut samples = Vec::new();
    for folder in fs::read_dir(repository("tests/import/samples")).unwrap() {
        let folder = folder.unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            if !path.to_string_lossy().ends_with(".expected.csv") {
                samples.push((path, folder.file_name().into_string().unwrap()));
            }
        }
    }
    samples
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn every_sample_is_read_value_for_value() {
    let samples = samples();
    let folder = tempfile::tempdir().unwrap();
    for (path, layout) in &samples {
        let rows = expected(&path.with_extension("expected.csv"));
        assert!(rows.len() >= 9, "{}", path.display());
        check(path, None, &rows);
        check(path, Some(Format::from_str(layout, true).unwrap()), &rows);

        let bytes = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let write = |name: String, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        check(&write(format!("{name}.gz"), &gzip(&bytes)), None, &rows);
        let members: &[(&str, &[u8])] =
            &[("README.md", b"not data"), (&format!("inner/{name}"), &bytes)];
        check(&write("archive.zip".to_owned(), &zip(members)), None, &rows);
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let lf = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        check(&write(name.to_owned(), lf.as_bytes()), None, &rows);
        check(&write(name.to_owned(), lf.replace('\n', "\r\n").as_bytes()), None, &rows);
        check(&write(name.to_owned(), format!("\u{feff}{lf}").as_bytes()), None, &rows);
    }
    let layouts: BTreeSet<&str> = samples.iter().map(|(_, layout)| layout.as_str()).collect();
    let values = Format::value_variants().iter().map(|format| format.to_possible_value().unwrap());
    let names: Vec<_> = values.collect();
    assert_eq!(layouts, names.iter().map(clap::builder::PossibleValue::get_name).collect());
}

#[test]
fn folders_patterns_and_archives_give_their_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Date,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n";
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("sub")).unwrap();
    for name in ["b.csv", "sub/c.txt", "notes.md", ".hidden.csv", "sub/e.csv.gz"] {
        let bytes = if name.ends_with("gz") { gzip(text.as_bytes()) } else { text.into() };
        fs::write(path(name), bytes).unwrap();
    }
    let text = text.as_bytes();
    fs::write(path("a.zip"), zip(&[("z.csv", text), ("__MACOSX/._z.csv", b"x"), ("y.csv", text)]))
        .unwrap();
    let names = |pattern: &str| -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        reader::each(
            &[path(pattern).to_string_lossy().into_owned()],
            &AtomicU64::default(),
            &mut |input| {
                let name = input.name.strip_prefix(&*folder.path().to_string_lossy()).unwrap();
                names.push(name.to_owned());
                Ok(())
            },
        )
        .map_err(|error| format!("{error:#}"))?;
        Ok(names)
    };
    let all = ["/a.zip/z.csv", "/a.zip/y.csv", "/b.csv", "/sub/c.txt", "/sub/e.csv.gz"];
    assert_eq!(names("").unwrap(), all);
    assert_eq!(names("*.csv").unwrap(), ["/.hidden.csv", "/b.csv"]);
    assert_eq!(names("s*").unwrap(), ["/sub/c.txt", "/sub/e.csv.gz"]);
    assert!(names("*.tsv").unwrap_err().ends_with("*.tsv: no file fits the pattern"));
    assert!(names("none.csv").unwrap_err().starts_with("cannot open "));
    fs::write(path("x.xlsx"), zip(&[("sheet.xml", b"")])).unwrap();
    assert!(names("x.xlsx").unwrap_err().ends_with("save spreadsheets as CSV"));
}

#[test]
fn packed_data_that_ends_early_is_refused_after_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let row =
        |index: u32| format!("S{},2024-01-02,1,{},1,1,1\n", index, f64::from(index).sqrt() + 1.0);
    let rows: String = (0..100_000).map(row).collect();
    let packed = gzip(format!("symbol,date,open,high,low,close,volume\n{rows}").as_bytes());
    let path = folder.path().join("cut.csv.gz");
    fs::write(&path, &packed[..packed.len() - 20_000]).unwrap();
    let error = told(&path, None).err().unwrap();
    assert_eq!(
        error,
        "cannot read the input: the gzip data ends in the middle; fetch the file again"
    );
}
