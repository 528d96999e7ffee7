// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page;

/// <summary>What the page's server is told at its start.</summary>
public sealed record PageOptions
{
    /// <summary>The port on loopback that it takes when it is free, else any. 0: any.</summary>
    public int Port { get; init; }

    /// <summary>The page is at <c>LABEL.localhost</c>.</summary>
    public required string Label { get; init; }

    /// <summary>By which login codes are known.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Where the built page is; null, or a directory without <c>index.html</c>: a page says how to build it.</summary>
    public string? Files { get; init; }

    /// <summary>Where the home keeps its repositories of packages; null: it has none.</summary>
    public string? Packages { get; init; }

    /// <summary>Further names under which it is reached, through a tunnel or a proxy; <c>https://NAME</c> where that speaks TLS.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Of the program, for the page to show.</summary>
    public string Version { get; init; } = "";

    /// <summary>What to run for another login link.</summary>
    public string LoginCommand { get; init; } = "pelago dashboard";
}
