// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;
using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>How a pod is shown. When several share a cell, the greatest is: what most deserves to be seen.</summary>
internal enum CellLook : byte
{
    None,
    Succeeded,
    Ready,

    /// <summary>Ready, and not for the first time.</summary>
    Restarted,
    Running,
    Starting,
    Scheduled,
    Pending,
    Terminating,
    Unschedulable,
    Waiting,
    Unknown,
    Failed,
}

/// <summary>The looks in words, colours and letters.</summary>
internal static class CellLooks
{
    public const int Count = (int)CellLook.Failed + 1;

    /// <summary>In the order of a pod's life, as the legend has them.</summary>
    public static readonly IReadOnlyList<CellLook> InOrder =
    [
        CellLook.Pending, CellLook.Unschedulable, CellLook.Scheduled, CellLook.Starting, CellLook.Running, CellLook.Ready, CellLook.Restarted,
        CellLook.Succeeded, CellLook.Terminating, CellLook.Waiting, CellLook.Unknown, CellLook.Failed,
    ];

    public static CellLook Of(CellState state, CellFlags flags) => state switch
    {
        CellState.Gone => CellLook.None,
        CellState.Succeeded => CellLook.Succeeded,
        CellState.Failed => CellLook.Failed,
        _ when flags.HasFlag(CellFlags.Unknown) => CellLook.Unknown,
        CellState.Terminating => CellLook.Terminating,
        CellState.Ready => flags.HasFlag(CellFlags.Restarted) ? CellLook.Restarted : CellLook.Ready,
        _ when flags.HasFlag(CellFlags.Waiting) => CellLook.Waiting,
        CellState.Running => CellLook.Running,
        CellState.Starting => CellLook.Starting,
        CellState.Scheduled => CellLook.Scheduled,
        _ => flags.HasFlag(CellFlags.Unschedulable) ? CellLook.Unschedulable : CellLook.Pending,
    };

    public static string Word(CellLook look) => look switch
    {
        CellLook.Unknown => "node silent",
        _ => look.ToString().ToLowerInvariant(),
    };

    /// <summary>Of the 256 that terminals have: cold while it comes, green when it is there, warm when somebody should look.</summary>
    public static short Colour(CellLook look) => look switch
    {
        CellLook.Succeeded => 30,
        CellLook.Ready => 35,
        CellLook.Restarted => 106,
        CellLook.Running => 114,
        CellLook.Starting => 39,
        CellLook.Scheduled => 26,
        CellLook.Pending => 245,
        CellLook.Terminating => 97,
        CellLook.Unschedulable => 220,
        CellLook.Waiting => 208,
        CellLook.Unknown => 201,
        CellLook.Failed => 196,
        _ => Ink.Default,
    };

    /// <summary>Where there are no colours.</summary>
    public static char Letter(CellLook look) => look switch
    {
        CellLook.Succeeded => 'c',
        CellLook.Ready => 'o',
        CellLook.Restarted => 'O',
        CellLook.Running => 'r',
        CellLook.Starting => '+',
        CellLook.Scheduled => '-',
        CellLook.Pending => '.',
        CellLook.Terminating => 'x',
        CellLook.Unschedulable => '!',
        CellLook.Waiting => 'w',
        CellLook.Unknown => '?',
        CellLook.Failed => 'F',
        _ => ' ',
    };
}
