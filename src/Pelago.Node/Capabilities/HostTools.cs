// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Capabilities;

/// <summary>Where the programs of util-linux that the process runtime builds namespaces with are on this machine; null: not there.</summary>
internal sealed record HostTools
{
    private static readonly string[] Directories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];

    public const string Shell = "/bin/sh";

    public string? Unshare { get; init; }
    public string? Nsenter { get; init; }
    public string? Mount { get; init; }
    public string? Umount { get; init; }
    public string? PivotRoot { get; init; }
    public string? SetPriv { get; init; }
    public string? Env { get; init; }

    public static HostTools Find() => new()
    {
        Unshare = Locate("unshare"),
        Nsenter = Locate("nsenter"),
        Mount = Locate("mount"),
        Umount = Locate("umount"),
        PivotRoot = Locate("pivot_root"),
        SetPriv = Locate("setpriv"),
        Env = Locate("env"),
    };

    /// <summary>The names of those that namespaces need and that are missing.</summary>
    public IReadOnlyList<string> MissingForNamespaces()
    {
        (string Name, string? Path)[] needed =
            [("unshare", Unshare), ("nsenter", Nsenter), ("mount", Mount), ("umount", Umount), ("pivot_root", PivotRoot)];
        return [.. needed.Where(tool => tool.Path is null).Select(tool => tool.Name)];
    }

    private static string? Locate(string name) => Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
