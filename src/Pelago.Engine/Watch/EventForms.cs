// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>
/// What watchers made of one event besides its plain bytes, kept so that a thousand of them share one: the object as it left a
/// selector, its bytes in other forms (another version, a table row, metadata only), and what cells show of it.
/// </summary>
internal sealed class EventForms
{
    private readonly Lock _gate = new();
    private readonly List<(object Form, StoredObject Object, object Made)> _made = [];
    private StoredObject? _left;

    public static EventForms Of(StoreEvent source) => source.Encoded(static _ => new EventForms());

    /// <summary>The object before the event under the event's revision: what a watcher whose selector it left is told.</summary>
    public StoredObject Left(StoreEvent source) => Volatile.Read(ref _left) ?? Interlocked.CompareExchange(ref _left, source.Previous!.As(source.Revision), null) ?? _left!;

    /// <summary><paramref name="form"/> is compared by equality; one that has the same content for any object.</summary>
    public T Made<T>(object form, StoredObject subject, Func<StoredObject, T> make)
        where T : class
    {
        lock (_gate)
        {
            foreach ((object present, StoredObject of, object made) in _made)
            {
                if (ReferenceEquals(of, subject) && present.Equals(form))
                    return (T)made;
            }

            T fresh = make(subject);
            _made.Add((form, subject, fresh));
            return fresh;
        }
    }
}
