# The most that an environment's roles can do, whatever their own policies say.

locals {
  boundary_name = "candleql-boundary"
}

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_288:A boundary allows nothing by itself; the roles' own policies name resources
  #checkov:skip=CKV_AWS_290:A boundary allows nothing by itself; the roles' own policies name resources
  #checkov:skip=CKV_AWS_355:A boundary allows nothing by itself; the roles' own policies name resources
  count = local.has_environment ? 1 : 0
  name  = local.boundary_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AtTheMost"
      Effect = "Allow"
      Action = [
        # Tasks: start, log, read the login and the files, be entered.
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
        "kms:Decrypt", "s3:GetObject", "s3:ListBucket", "secretsmanager:GetSecretValue",
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        # The writers of logs: tasks, sessions, flow logs, API Gateway, RDS.
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents", "logs:PutRetentionPolicy",
        # Deployments.
        "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:Describe*", "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyRule", "elasticloadbalancing:RegisterTargets",
        # The age of the secret.
        "cloudwatch:PutMetricData", "secretsmanager:DescribeSecret", "states:StartExecution",
      ]
      Resource = "*"
    }]
  })
}
