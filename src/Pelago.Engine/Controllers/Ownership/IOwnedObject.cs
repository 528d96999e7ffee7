// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>What it takes to decide whose an object is.</summary>
internal interface IOwnedObject
{
    ObjectKey Key { get; }
    string Uid { get; }
    IReadOnlyDictionary<string, string> Labels { get; }
    OwnerReference? Controller { get; }
    bool IsDeleting { get; }
}
