output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets with a way to and from the internet."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets that nothing outside reaches."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]

  # Tasks in them have a way out.
  depends_on = [aws_route.nat, aws_route_table_association.private, aws_vpc_endpoint.s3, aws_vpc_endpoint.interface]
}

output "isolated_subnet_ids" {
  description = "Subnets without a way out."
  value       = [for zone in var.zones : aws_subnet.isolated[zone].id]
}
