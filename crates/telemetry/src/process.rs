//! The system's data on the process, under the names of Prometheus' own clients.

/// Measures the process.
#[cfg(target_os = "linux")]
pub(super) fn measure() {
    if let Err(error) = linux::measure() {
        tracing::debug!(%error, "the system has no data on the process");
    }
}

/// This system has no measurement.
#[cfg(not(target_os = "linux"))]
pub(super) fn measure() {}

#[cfg(target_os = "linux")]
mod linux {
    #![allow(clippy::cast_precision_loss)] // bytes, files and seconds are far below 2^52

    use procfs::{
        ProcResult, WithCurrentSystemInfo, boot_time_secs,
        process::{LimitValue, Process},
        ticks_per_second,
    };

    use crate::metrics;

    pub(super) fn measure() -> ProcResult<()> {
        let process = Process::myself()?;
        let stat = process.stat()?;
        let ticks = ticks_per_second();
        metrics::PROCESS_CPU.counter(&[]).absolute((stat.utime + stat.stime) / ticks);
        metrics::PROCESS_RESIDENT.gauge(&[]).set(stat.rss_bytes().get() as f64);
        metrics::PROCESS_VIRTUAL.gauge(&[]).set(stat.vsize as f64);
        metrics::PROCESS_THREADS.gauge(&[]).set(stat.num_threads as f64);
        let since_boot = stat.starttime as f64 / ticks as f64;
        metrics::PROCESS_START.gauge(&[]).set(boot_time_secs()? as f64 + since_boot);
        metrics::PROCESS_OPEN_FILES.gauge(&[]).set(process.fd_count()? as f64);
        let most = match process.limits()?.max_open_files.soft_limit {
            LimitValue::Value(most) => most as f64,
            LimitValue::Unlimited => f64::INFINITY,
        };
        metrics::PROCESS_MAX_FILES.gauge(&[]).set(most);
        Ok(())
    }
}
