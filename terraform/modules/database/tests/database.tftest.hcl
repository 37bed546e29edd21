mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "candleql-test"
  vpc_id                   = "vpc-test"
  subnet_ids               = ["subnet-isolated-a", "subnet-isolated-b"]
  client_security_group_id = "sg-service"
  backup_days              = 7
  deletion_protection      = true
  kms_key_arn              = "arn:aws:kms:eu-central-1:222222222222:key/test"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::222222222222:policy/test"
  instance                 = { class = "db.t4g.micro", storage_gib = 20, max_storage_gib = 100, multi_az = false }
  aurora                   = null
}

run "an_instance" {
  assert {
    condition     = length(aws_rds_cluster.this) == 0 && length(aws_rds_cluster_instance.this) == 0
    error_message = "there is a cluster as well"
  }

  assert {
    condition     = aws_db_instance.this[0].allocated_storage == 20 && aws_db_instance.this[0].max_allocated_storage == 100
    error_message = "storage does not grow from 20 to 100 GiB"
  }

  assert {
    condition     = aws_db_instance.this[0].storage_encrypted && aws_db_instance.this[0].kms_key_id == var.kms_key_arn
    error_message = "not encrypted with the key"
  }

  assert {
    condition     = aws_db_instance.this[0].manage_master_user_password
    error_message = "the password is in Terraform's hands"
  }

  assert {
    condition     = aws_db_instance.this[0].deletion_protection && !aws_db_instance.this[0].skip_final_snapshot && aws_db_instance.this[0].backup_retention_period == 7
    error_message = "data can be lost"
  }

  assert {
    condition     = !aws_db_instance.this[0].publicly_accessible && aws_db_subnet_group.this.subnet_ids == toset(["subnet-isolated-a", "subnet-isolated-b"])
    error_message = "the database is not isolated"
  }

  assert {
    condition = output.connection == {
      host       = "mock.eu-central-1.rds.amazonaws.com"
      port       = 5432
      name       = "candleql"
      reader     = null
      secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:mock"
    }
    error_message = "clients are told to connect to something else"
  }

  assert {
    condition     = output.dimensions == tomap({ DBInstanceIdentifier = "candleql-test" })
    error_message = "alarms look at something else"
  }
}

run "only_clients_reach_it_and_only_by_tls" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.client.referenced_security_group_id == "sg-service" && aws_vpc_security_group_ingress_rule.client.from_port == 5432 && aws_vpc_security_group_ingress_rule.client.to_port == 5432
    error_message = "others reach the database"
  }

  assert {
    condition     = { for parameter in aws_db_parameter_group.this[0].parameter : parameter.name => parameter.value }["rds.force_ssl"] == "1"
    error_message = "connections without TLS are taken"
  }
}

run "people_have_a_private_name_for_it" {
  assert {
    condition     = output.private_name == "db.candleql-test.internal" && aws_route53_record.writer.records == toset(["mock.eu-central-1.rds.amazonaws.com"])
    error_message = "the name leads elsewhere"
  }

  assert {
    condition     = one(aws_route53_zone.this.vpc).vpc_id == "vpc-test" && length(aws_route53_record.reader) == 0
    error_message = "the zone is public, or names readers that are not there"
  }
}

run "unprotected_leaves_nothing_behind" {
  variables {
    deletion_protection = false
  }

  assert {
    condition     = !aws_db_instance.this[0].deletion_protection && aws_db_instance.this[0].skip_final_snapshot
    error_message = "an environment cannot be taken down"
  }
}

run "a_cluster_with_a_reader" {
  variables {
    aurora = { min_acu = 0.5, max_acu = 4, readers = 1 }
  }

  assert {
    condition     = length(aws_db_instance.this) == 0 && length(aws_rds_cluster_instance.this) == 2
    error_message = "not a writer and a reader alone"
  }

  assert {
    condition     = one(aws_rds_cluster.this[0].serverlessv2_scaling_configuration).min_capacity == 0.5 && one(aws_rds_cluster.this[0].serverlessv2_scaling_configuration).max_capacity == 4 && alltrue([for it in aws_rds_cluster_instance.this : it.instance_class == "db.serverless"])
    error_message = "it does not grow from 0.5 to 4 ACU"
  }

  assert {
    condition     = aws_rds_cluster.this[0].storage_encrypted && aws_rds_cluster.this[0].kms_key_id == var.kms_key_arn && aws_rds_cluster.this[0].manage_master_user_password
    error_message = "not encrypted with the key, or the password is in Terraform's hands"
  }

  assert {
    condition     = aws_rds_cluster.this[0].deletion_protection && aws_rds_cluster.this[0].backup_retention_period == 7 && !aws_rds_cluster.this[0].skip_final_snapshot
    error_message = "data can be lost"
  }

  assert {
    condition     = { for parameter in aws_rds_cluster_parameter_group.this[0].parameter : parameter.name => parameter.value }["rds.force_ssl"] == "1"
    error_message = "connections without TLS are taken"
  }

  assert {
    condition     = output.connection.host == "mock.cluster-mock.eu-central-1.rds.amazonaws.com" && output.connection.reader == "mock.cluster-ro-mock.eu-central-1.rds.amazonaws.com"
    error_message = "clients are told to connect to something else"
  }

  assert {
    condition     = aws_route53_record.reader[0].name == "db-reader.candleql-test.internal" && output.dimensions == tomap({ DBClusterIdentifier = "candleql-test" })
    error_message = "no name for the readers, or alarms look at something else"
  }
}

run "a_cluster_without_readers" {
  variables {
    aurora = { min_acu = 0.5, max_acu = 1, readers = 0 }
  }

  assert {
    condition     = output.connection.reader == null && length(aws_route53_record.reader) == 0 && length(aws_rds_cluster_instance.this) == 1
    error_message = "there is a reader"
  }
}

run "no_backups_is_refused" {
  command = plan

  variables {
    backup_days = 0
  }

  expect_failures = [var.backup_days]
}
