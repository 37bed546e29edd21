//! Rows come in while others read.

use std::{fmt::Write, fs, process::Command, time::Duration};

use tokio::time::sleep;

use crate::harness::{
    cluster::Cluster,
    data::{cold, warm},
    load::{Load, Report},
    programs::{folder, run},
    server::{PROGRAM, Server},
};

/// What 99 of 100 requests take at most.
fn usual(report: &Report) -> Duration {
    let mut took: Vec<Duration> = report.0.iter().map(|record| record.took).collect();
    took.sort();
    took[took.len() * 99 / 100]
}

/// Of half of the instruments that are read, all rows come anew, with other prices.
fn rows() -> String {
    let mut csv = String::from("symbol,date,open,high,low,close,volume\n");
    for symbol in 0..200 {
        for day in 0..1500 {
            let date = chrono::NaiveDate::from_num_days_from_ce_opt(737_000 + day).unwrap();
            writeln!(csv, "S{symbol},{date},20,22,19,21,{day}").unwrap();
        }
    }
    csv
}

async fn requests(server: &Server, what: impl AsyncFnOnce()) -> Report {
    let document =
        |number: usize| if number.is_multiple_of(5) { cold(number / 5) } else { warm(number) };
    let load = Load::start(&server.address, 100, document);
    what().await;
    let report = load.stop().await;
    report.assert_all_data();
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_fails_no_request() {
    let cluster = Cluster::with_data();
    let server = Server::start(&["--database-url", &cluster.url()]);
    server.warm_up().await;
    let folder = folder();
    let file = folder.path().join("rows.csv");
    fs::write(&file, rows()).unwrap();
    let idle = requests(&server, async || sleep(Duration::from_secs(3)).await).await;
    let busy = requests(&server, async || {
        let mut import = Command::new(PROGRAM);
        import.env_clear().arg("import").arg(&file).args(["--database-url", &cluster.url()]);
        let told = tokio::task::spawn_blocking(move || run(&mut import)).await.unwrap();
        assert!(told.contains("200 symbols: 300000 new"), "{told}");
    })
    .await;
    let (idle, busy) = (usual(&idle), usual(&busy));
    println!("99 of 100 requests take {idle:?} at most, and {busy:?} during an import");
}
