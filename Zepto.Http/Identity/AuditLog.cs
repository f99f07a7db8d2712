using System.Text;

namespace Zepto.Http.Identity;

/// <summary>
/// Who did what: the last 10,000 events in memory, and all of them in a file when one is given. Recording in memory copies some bytes under a lock
/// and allocates nothing. Thread-safe.
/// </summary>
public sealed class AuditLog(AuditFile? file = null)
{
    public const int Capacity = 10_000;

    /// <summary>Longest detail kept, UTF-8; the rest is cut off.</summary>
    public const int MaxDetailBytes = 512;

    private struct Slot
    {
        public long TimeNs;
        public string Subject;
        public string Role;
        public string Action;
        public string From;
        public int DetailBytes;
    }

    private readonly Slot[] _slots = new Slot[Capacity];
    private readonly byte[] _details = new byte[Capacity * MaxDetailBytes];
    private readonly Lock _gate = new();
    private long _count;

    /// <summary>Records an event.</summary>
    /// <param name="principal">Who; null for somebody without valid credentials.</param>
    /// <param name="action">See <see cref="AuditEvent.Action"/>.</param>
    /// <param name="detail">See <see cref="AuditEvent.Detail"/>; masked when it is shown or written, not here.</param>
    /// <param name="from">The client's address.</param>
    public void Record(Principal? principal, string action, ReadOnlySpan<byte> detail, string from)
    {
        long timeNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        string subject = principal?.Subject ?? "";
        string role = principal is null ? "" : Roles.NameOf(principal.Role);
        ReadOnlySpan<byte> kept = detail[..Math.Min(detail.Length, MaxDetailBytes)];
        lock (_gate)
        {
            int index = (int)(_count++ % Capacity);
            ref Slot slot = ref _slots[index];
            (slot.TimeNs, slot.Subject, slot.Role, slot.Action, slot.From, slot.DetailBytes) = (timeNs, subject, role, action, from, kept.Length);
            kept.CopyTo(_details.AsSpan(index * MaxDetailBytes));
        }
        file?.Write(new AuditEvent(timeNs, subject, role, action, SecretMask.Of(kept), from));
    }

    /// <summary>The newest events, at most so many, newest last.</summary>
    public IReadOnlyList<AuditEvent> Newest(int most)
    {
        Slot[] slots;
        byte[][] details;
        lock (_gate)
        {
            int count = (int)Math.Min(Math.Min(_count, Capacity), Math.Max(most, 0));
            slots = new Slot[count];
            details = new byte[count][];
            for (int i = 0; i < count; i++)
            {
                int index = (int)((_count - count + i) % Capacity);
                slots[i] = _slots[index];
                details[i] = _details.AsSpan(index * MaxDetailBytes, slots[i].DetailBytes).ToArray();
            }
        }
        AuditEvent[] events = new AuditEvent[slots.Length];
        for (int i = 0; i < events.Length; i++)
        {
            ref Slot slot = ref slots[i];
            events[i] = new AuditEvent(slot.TimeNs, slot.Subject, slot.Role, slot.Action, SecretMask.Of(details[i]), slot.From);
        }
        return events;
    }
}
