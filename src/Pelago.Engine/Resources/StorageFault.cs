// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>Messages that upstream's storage layer leaks, and that end up in conflicts.</summary>
internal static class StorageFault
{
    public static string WrongUid(ResourceKind kind, ObjectKey key, string wished, string present) =>
        $"StorageError: invalid object, Code: 4, Key: /registry/{kind.Plural}/{key}, ResourceVersion: 0, "
        + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {wished}, UID in object meta: {present}";
}
