// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Node.Processes;

/// <summary>One thing to mount: what, where, as which type, and how.</summary>
internal readonly record struct MountLine(string Source, string Target, string Type, string Options)
{
    /// <summary>What a user knows it by; empty for what is not theirs.</summary>
    public string Name { get; init; } = "";

    public static MountLine Bind(string source, string target, bool readOnly = false) => new(source, target, "none", readOnly ? "rbind,ro" : "rbind");

    /// <summary>With a source of its own: <c>mount -a</c> passes over what seems to be mounted already, such as another tmpfs at that path.</summary>
    public static MountLine Memory(string target, string options) => new("pelago", target, "tmpfs", options);
}

/// <summary>Writes fstab(5), which one run of <c>mount -a</c> mounts: a process for each mount costs a pod's start more than all else.</summary>
internal static class FileSystemTable
{
    public static string Write(IEnumerable<MountLine> lines)
    {
        var text = new StringBuilder();
        foreach (MountLine line in lines)
            text.Append(Escape(line.Source)).Append(' ').Append(Escape(line.Target)).Append(' ').Append(line.Type).Append(' ').Append(line.Options).Append(" 0 0\n");
        return text.ToString();
    }

    private static string Escape(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (char c in path)
        {
            if (c is ' ' or '\t' or '\n' or '\\' or '#')
                text.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else
                text.Append(c);
        }
        return text.ToString();
    }
}
