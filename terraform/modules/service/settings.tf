# The server's settings: docs/settings.md has them all.

locals {
  settings = merge(
    {
      CANDLEQL_LISTEN = "127.0.0.1:8080" # for nginx, which shares the task's loopback
      # The server answers from memory while the database is down, and ECS replaces no task for
      # that.
      CANDLEQL_READY_THROUGH_OUTAGE = "true"
      CANDLEQL_TRUSTED_PROXIES      = "127.0.0.1,${var.vpc_cidr}"
      CANDLEQL_LOG_FORMAT           = "json"
      # The rest is for requests in flight, the program and nginx.
      CANDLEQL_CACHE_BYTES = tostring(var.memory * 1024 * 1024 / 2)
      # One of the servers migrates, before any of them answers.
      CANDLEQL_MIGRATE = "true"
      # nginx refuses as much.
      CANDLEQL_MAX_BODY_BYTES = "1048576"

      # The task's role reads the secret, at the start and when the password has changed.
      DB_SECRET_ID = var.database.secret_arn
      DB_HOST      = var.database.host
      DB_PORT      = tostring(var.database.port)
      DB_NAME      = var.database.name
      # Of RDS's authorities: put into the image when it was built (docker/certificates).
      CANDLEQL_DATABASE_TLS      = "verify-full"
      CANDLEQL_DATABASE_TLS_ROOT = "/etc/candleql/certificates/global-bundle.pem"
    },
    var.database.reader == null ? {} : {
      DATABASE_READER_URL = "postgres://${var.database.reader}:${var.database.port}/${var.database.name}"
    },
    var.settings,
  )
}
