// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Days;

/// <summary>Uids as they are stored: sixteen bytes of what is a GUID, the text of what is none.</summary>
internal static class Uid
{
    public static object Store(string uid) =>
        Guid.TryParseExact(uid, "D", out Guid guid) && guid.ToString("D") == uid ? guid.ToByteArray(bigEndian: true) : uid;

    public static string Read(object stored) => stored is byte[] { Length: 16 } bytes ? new Guid(bytes, bigEndian: true).ToString("D") : stored as string ?? "";
}
