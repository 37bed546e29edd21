# One registry of images for all environments, so that each deploys the tested images.

resource "aws_ecr_repository" "this" {
  for_each             = toset(var.repositories)
  name                 = each.key
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each   = aws_ecr_repository.this
  repository = each.value.name

  # Releases (X.Y.Z) stay; X.Y.Z-branch.dev.sha make room.
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What no tag names goes after two weeks"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Of development builds the newest hundred stay"
        selection    = { tagStatus = "tagged", tagPatternList = ["*.dev.*"], countType = "imageCountMoreThan", countNumber = 100 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_repository_policy" "this" {
  for_each   = aws_ecr_repository.this
  repository = each.value.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnvironmentsPull"
      Effect    = "Allow"
      Principal = { AWS = [for account in var.pull_account_ids : "arn:aws:iam::${account}:root"] }
      Action = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
        # A plan looks up the release's digest.
        "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListTagsForResource",
      ]
    }]
  })
}
