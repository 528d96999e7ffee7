// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Pelago.Cli.Operate.Files;

namespace Pelago.Cli.Operate.Tail;

/// <summary>One text that is followed, and what of its present line has come. Its output belongs to one <see cref="TailOutput"/>.</summary>
internal sealed class TailSource(FoundTask found, string id, TextName text)
{
    public FoundTask Found => found;

    public TextName Text => text;

    /// <summary>A pod of the same name that comes later is another source.</summary>
    public string Key => $"{found.Cluster.Cluster}\n{found.Task.Pod.Uid}\n{found.Task.Id}\n{text.Word}";

    public string Title => $"{id}:{text.Word}";

    /// <summary>Where its text goes on; null while that is not known.</summary>
    public string? Position { get; set; }

    /// <summary>Of what is there only the last so many lines; null: all.</summary>
    public long? Lines { get; set; }

    public bool HasBegun { get; set; }

    /// <summary>What follows it; it ends when its task has.</summary>
    public Task Following { get; set; } = Task.CompletedTask;

    /// <summary>A line that has not ended yet.</summary>
    public ArrayBufferWriter<byte> Rest { get; } = new();

    /// <summary>The time of its last line: a clock that was set back does not change the order of its lines.</summary>
    public string LastTime { get; set; } = "";
}
