// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Files;

namespace Pelago.Node.Feeds;

/// <summary>One file of a text that is cut into several.</summary>
/// <param name="Name">By which <see cref="IFeedFiles.Open"/> finds it.</param>
internal readonly record struct FeedFile(string Name, int Attempt, FileFacts Facts)
{
    public bool IsSame(in FileFacts other) => Facts.Device == other.Device && Facts.Inode == other.Inode;
}

/// <summary>The files that a text is cut into by rotation and restarts. Two: the logs of a container, and any file with what it was rotated to.</summary>
internal interface IFeedFiles
{
    /// <summary>A file that is gone without a trace was older than all that are left.</summary>
    bool DropsOldest { get; }

    /// <summary>Those that are there, oldest first; the last one is written to.</summary>
    IReadOnlyList<FeedFile> List();

    /// <summary>Where a file is.</summary>
    string PathOf(in FeedFile file);

    /// <summary>Null when it is gone.</summary>
    FileStream? Open(in FeedFile file);
}
