// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Bounds of an <see cref="HttpKubeApi"/>; the defaults suit any cluster.</summary>
public sealed record HttpKubeApiOptions
{
    public static readonly HttpKubeApiOptions Default = new();
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long any request but a watch may take in all.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A watch that says nothing for this long is taken for dead. Servers send bookmarks about each minute to those who ask for them.</summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromMinutes(11);

    /// <summary>The longest answer taken, in bytes after decompression.</summary>
    public long MaxBodyBytes { get; init; } = 512L << 20;

    /// <summary>The longest line of a watch, in bytes.</summary>
    public int MaxEventBytes { get; init; } = 16 << 20;

    /// <summary>How often a request is repeated when the server says when to come back (429, or 5xx, with Retry-After).</summary>
    public int MaxRetries { get; init; } = 10;

    /// <summary>Told what a server warns of beside an answer (<see cref="Pelago.Kube.WarningHeader"/>), on any thread; null: nobody is.</summary>
    public Action<string>? Warned { get; init; }
    public string UserAgent { get; init; } = "pelago";
}
