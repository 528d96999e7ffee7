// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>What <c>pelago up -o json</c> prints.</summary>
internal sealed record UpResult(string Home, int Pid, string? Dashboard, IReadOnlyList<ClusterRecord> Clusters);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UpResult))]
internal sealed partial class CliJson : JsonSerializerContext;
