// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Dcsh;

/// <summary>What is to run, where, and how: from the head of the script, and over it from the command line.</summary>
internal sealed record RunRequest
{
    public string Namespace { get; init; } = "default";

    /// <summary>The clusters <c>a,b</c> that a script names for itself; a line that names others is right.</summary>
    public string? Clusters { get; init; }

    /// <summary>What is called in the container, with its arguments, each as it was given.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The name under which <see cref="Script"/> lies in the working directory; empty without a script.</summary>
    public string ScriptName { get; init; } = "";

    public string Script { get; init; } = "";

    public string Image { get; init; } = DefaultImage;

    public string? Cpus { get; init; }

    public string? Memory { get; init; }

    /// <summary>How many times it runs, side by side.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Once on each node that <see cref="Where"/> allows, in place of <see cref="Count"/>.</summary>
    public bool OnEachNode { get; init; }

    /// <summary>Labels of the node: <c>a=b,c=d</c>.</summary>
    public string? Where { get; init; }

    /// <summary>How long it may run; zero: as long as it takes.</summary>
    public TimeSpan Timeout { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Files of this machine that go along, below the current directory.</summary>
    public IReadOnlyList<string> Stage { get; init; } = [];

    /// <summary>Files of the run that come back when it has ended well, as patterns.</summary>
    public IReadOnlyList<string> Return { get; init; } = [];

    /// <summary>Where they come to; of several runs each has a directory of its own below it.</summary>
    public string ReturnTo { get; init; } = ".";

    public bool HasTerminal { get; init; }

    /// <summary>What several runs get of standard input; a single one gets it whole.</summary>
    public InputSharing Sharing { get; init; }

    /// <summary>Each line of output begins with the number of the run.</summary>
    public bool HasLabels { get; init; }

    /// <summary>It goes on when the client is gone.</summary>
    public bool Keep { get; init; }

    /// <summary>Nodes that run processes take no image; others want a real one.</summary>
    public const string DefaultImage = "dcsh";
}
