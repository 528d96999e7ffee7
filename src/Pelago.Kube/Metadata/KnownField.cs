// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The fields that a metadata scan always notes.</summary>
internal enum KnownField
{
    ApiVersion,
    Kind,
    Metadata,
    Name,
    GenerateName,
    Namespace,
    Uid,
    ResourceVersion,
    Generation,
    CreationTimestamp,
    DeletionTimestamp,
    Labels,
    Annotations,
    Finalizers,
    OwnerReferences,
    Unknown,
}
