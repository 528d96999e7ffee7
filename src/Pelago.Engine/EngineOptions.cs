// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Engine;

/// <summary>How durable an acknowledged write is.</summary>
public enum EngineDurability
{
    /// <summary>Survives a loss of power.</summary>
    Full,

    /// <summary>Survives the death of the process; the last moments may be lost with the power.</summary>
    Fast,
}

/// <summary>One embedded cluster.</summary>
public sealed record EngineOptions
{
    /// <summary>The name people use for the cluster.</summary>
    public string Name { get; init; } = "pelago";

    /// <summary>Where <c>state.db</c> and the certificates live, made when absent; null keeps everything in memory.</summary>
    public string? StateDirectory { get; init; }
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 picks a free port.</summary>
    public int Port { get; init; }

    /// <summary>More DNS names or addresses of the API server, for its certificate.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>Static tokens, one <c>token,user,uid,"group1,group2"</c> a line; null: none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Serves plain HTTP instead of TLS: for tests of the pipeline alone.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>Runs the workload controllers and the scheduler too; false leaves an API server alone.</summary>
    public bool RunControllers { get; init; } = true;

    /// <summary>Everybody may do everything, without credentials: for tests of the pipeline alone.</summary>
    internal bool OpenAccess { get; init; }

    /// <summary>Where cluster IPs come from.</summary>
    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.96.0.0/16");

    /// <summary>The first node port.</summary>
    public int NodePortFirst { get; init; } = 30000;

    /// <summary>The last node port.</summary>
    public int NodePortLast { get; init; } = 32767;
    public EngineDurability Durability { get; init; } = EngineDurability.Full;

    /// <summary>APIs that other parts of this process serve.</summary>
    public IReadOnlyList<ApiExtension> Extensions { get; init; } = [];

    /// <summary>Requests that change nothing and are not watches, at one time; more are answered 429.</summary>
    public int MaxReadsInFlight { get; init; } = 400;

    /// <summary>Requests that write, at one time; more are answered 429.</summary>
    public int MaxWritesInFlight { get; init; } = 200;
}
