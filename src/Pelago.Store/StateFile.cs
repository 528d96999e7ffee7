// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Store;

/// <summary>Something in a state file that should not be so. <see cref="Revision"/> is null when it concerns the file as a whole.</summary>
public sealed record StateFinding(long? Revision, string Problem)
{
    public override string ToString() => Revision is { } revision ? $"revision {revision}: {Problem}" : Problem;
}

/// <summary>What a check looked at and found.</summary>
public sealed record StateReport
{
    public required long Revision { get; init; }
    public required long CompactedRevision { get; init; }

    /// <summary>Rows of the log.</summary>
    public required long Rows { get; init; }

    /// <summary>Objects that exist at <see cref="Revision"/>.</summary>
    public required int Objects { get; init; }

    /// <summary>At most <see cref="StateFile.MostFindings"/>.</summary>
    public required IReadOnlyList<StateFinding> Findings { get; init; }

    public bool IsSound => Findings.Count == 0;
}

/// <summary>Looks at a state file without changing it.</summary>
public static class StateFile
{
    /// <summary>A check stops collecting here: a damaged file has thousands.</summary>
    public const int MostFindings = 1_000;

    /// <summary>
    /// Verifies the file's structure, that revisions only go up, that each write names the one it replaced, that each row matches its
    /// checksum where it has one, and that each document is what its row says. A daemon may have the file open. A file that cannot be read at all is a <see cref="StoreUnavailableException"/>.
    /// Blocking; minutes for a large file.
    /// </summary>
    public static StateReport Check(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
            throw new StoreUnavailableException($"there is no state file {path}: see that the home is the right one (--home)");
        try
        {
            using SqliteDatabase database = SqliteDatabase.Open(path, readOnly: true);
            StateSchema.Verify(database, path);
            return new StateFileCheck(database).Run(cancel);
        }
        catch (SqliteFault fault)
        {
            throw StateSchema.Unavailable(path, fault);
        }
    }
}
