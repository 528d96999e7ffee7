// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// What a node says of its ports, by two annotations: from which of them pods may get some (those that the kernel gives to clients are left out),
/// and on which of these somebody listens who was not given them.
/// </summary>
public sealed class NodePortReport
{
    public const string WindowAnnotation = "ports.pelago.dev/window";
    public const string BusyAnnotation = "ports.pelago.dev/busy";

    private NodePortReport(PortRanges window, PortRanges busy)
    {
        Window = window;
        Busy = busy;
    }

    /// <summary>The window of a node that says nothing.</summary>
    public static PortRange DefaultWindow { get; } = new(31000, 32000);

    /// <summary>A node that says nothing.</summary>
    public static NodePortReport Default { get; } = new(PortRanges.Of(DefaultWindow), PortRanges.Empty);

    public PortRanges Window { get; }

    public PortRanges Busy { get; }

    /// <summary>The smallest range that holds the window; null when the window is empty.</summary>
    public PortRange? Bounds => Window.IsEmpty ? null : new PortRange(Window.Ranges[0].First, Window.Ranges[^1].Last);

    /// <summary>Texts of the annotations; null where there is none. A text that cannot be read counts as none.</summary>
    public static NodePortReport Read(string? window, string? busy)
    {
        if (window is null && busy is null)
            return Default;
        return new NodePortReport(Read(window) ?? Default.Window, Read(busy) ?? PortRanges.Empty);
    }

    public bool SameAs(NodePortReport other) => Window.Equals(other.Window) && Busy.Equals(other.Busy);

    /// <summary>A set of all ports that may be given out while no pod has any; of one port outside of everything when there are none.</summary>
    public PortSet ToFree()
    {
        var free = new PortSet(Bounds ?? new PortRange(0, 0));
        free.UnionWith(Window);
        free.ExceptWith(Busy);
        return free;
    }

    private static PortRanges? Read(string? text) => text is not null && PortRanges.TryParse(text, out PortRanges? ranges, out _) ? ranges : null;
}
