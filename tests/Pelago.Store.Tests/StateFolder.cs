// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Store.Tests;

/// <summary>A temporary folder for one state file.</summary>
internal sealed class StateFolder : IDisposable
{
    /// <summary>A short write-ahead log: tests open hundreds of stores.</summary>
    public static StoreOptions Options => new() { WriteAheadBytes = 1 << 20, CompactionInterval = TimeSpan.Zero };

    public string Path { get; } = Directory.CreateTempSubdirectory("pelago-store-").FullName;

    public string StateFile => System.IO.Path.Combine(Path, "state.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
