// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Operate.Files;

/// <summary>One file on its way into tasks.</summary>
/// <param name="Local">A file here, or a directory in which there is nothing.</param>
/// <param name="Root">Where what the line names goes; with a slash at its end a directory that is there.</param>
/// <param name="Within">The path from there; a dot for that place itself.</param>
/// <param name="MakesParents">With the directories that it is in.</param>
internal sealed record Upload(string Local, string Root, string Within, bool MakesParents)
{
    public string Remote => Under(Root, Within);

    /// <summary>The same with the name that it has in a directory.</summary>
    public string Place => Remote.Length == 0 || Remote[^1] == '/' ? Remote + Path.GetFileName(Local) : Remote;

    public static string Under(string path, string name) => name is "" or "." ? path : path.Length == 0 ? name : $"{path.TrimEnd('/')}/{name}";
}
