// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Installing;

/// <summary>What is to become of an installation; removing one is a DELETE of its object.</summary>
internal enum InstallOperation
{
    Install,

    /// <summary>To another version, to other options, or both.</summary>
    Upgrade,

    /// <summary>To what an earlier revision was.</summary>
    Rollback,
}
