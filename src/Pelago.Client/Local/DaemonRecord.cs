// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Pelago.Client.Local;

/// <summary>The running daemon, as it says so in <c>daemon.json</c>: a <see cref="ProcessIdentity"/>, and where it serves what.</summary>
public sealed record DaemonRecord
{
    public required string Home { get; init; }
    public required int Pid { get; init; }
    public required ulong StartTime { get; init; }

    /// <summary>True once every API server answers and every node is Ready.</summary>
    public bool Ready { get; init; }

    /// <summary>The address of the web page, with a slash at its end; null while there is none. Who is to be let in needs a <see cref="LoginCode"/>.</summary>
    public string? Dashboard { get; init; }

    /// <summary>What to do for pods from images, where pods are programs of this machine although nobody asked for that; else null.</summary>
    public string? ContainerRemedy { get; init; }

    /// <summary>Sentences on the clusters whose API had to leave the port where it was; null when there are none.</summary>
    public IReadOnlyList<string>? MovedPorts { get; init; }
    public required IReadOnlyList<ClusterRecord> Clusters { get; init; }

    /// <summary>Whether that process still runs.</summary>
    public bool IsAlive() => new ProcessIdentity(Pid, StartTime).IsAlive();
}

/// <summary>One cluster of the daemon.</summary>
public sealed record ClusterRecord(string Name, string Server, string Kubeconfig);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DaemonRecord))]
[JsonSerializable(typeof(ClusterSettings))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(PageSettings))]
public sealed partial class LocalJson : JsonSerializerContext;
