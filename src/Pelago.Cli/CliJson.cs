// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;
using Pelago.Cli.Demo;
using Pelago.Cli.Images;
using Pelago.Cli.Install;
using Pelago.Cli.Ports;
using Pelago.Cli.Watch;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>What <c>pelago up -o json</c> prints.</summary>
internal sealed record UpResult(string Home, int Pid, string? Dashboard, IReadOnlyList<ClusterRecord> Clusters);

/// <summary>What <c>pelago dashboard -o json</c> prints: a link that is good once.</summary>
internal sealed record DashboardResult(string Dashboard);

/// <summary>What <c>pelago demo -o json</c> prints: as <c>up</c>, and what is on the clusters.</summary>
internal sealed record DemoResult(
    string Home, int Pid, string? Dashboard, IReadOnlyList<ClusterRecord> Clusters, IReadOnlyList<DemoRow> Workloads, IReadOnlyList<DemoStop> Tour);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UpResult))]
[JsonSerializable(typeof(DemoResult))]
[JsonSerializable(typeof(DashboardResult))]
[JsonSerializable(typeof(NodeImages))]
[JsonSerializable(typeof(InstallResult))]
[JsonSerializable(typeof(NodePortsViews))]
[JsonSerializable(typeof(StrayListeners))]
[JsonSerializable(typeof(WatchCount))]
internal sealed partial class CliJson : JsonSerializerContext;
