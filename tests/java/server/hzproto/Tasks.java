package hzproto;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What executors run. */
final class Tasks {
    private Tasks() {
    }

    /** A task that looks at the member that runs it. */
    private abstract static class OnMember extends Identified implements HazelcastInstanceAware {
        transient HazelcastInstance member;

        OnMember(int classId) {
            super(classId);
        }

        @Override
        public void setHazelcastInstance(HazelcastInstance instance) {
            member = instance;
        }
    }

    /** Returns the given object. */
    static final class Echo extends Identified implements Callable<Object> {
        static final int ID = 10;
        private Object value;

        Echo() {
            super(ID);
        }

        @Override
        public Object call() {
            return value;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeObject(value);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            value = in.readObject();
        }
    }

    /** Returns one text with another behind it. */
    static final class Append extends Identified implements Callable<String> {
        static final int ID = 11;
        private String text;
        private String suffix;

        Append() {
            super(ID);
        }

        @Override
        public String call() {
            return text + suffix;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(text);
            out.writeString(suffix);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            text = in.readString();
            suffix = in.readString();
        }
    }

    /** Returns the UUID of the member that runs it. */
    static final class MemberUuid extends OnMember implements Callable<UUID> {
        static final int ID = 12;

        MemberUuid() {
            super(ID);
        }

        @Override
        public UUID call() {
            return member.getCluster().getLocalMember().getUuid();
        }
    }

    /** Sleeps, then returns for how many milliseconds. */
    static final class Sleep extends Identified implements Callable<Long> {
        static final int ID = 13;
        private long milliseconds;

        Sleep() {
            super(ID);
        }

        @Override
        public Long call() throws InterruptedException {
            Thread.sleep(milliseconds);
            return milliseconds;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeLong(milliseconds);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            milliseconds = in.readLong();
        }
    }

    /** Throws an IllegalStateException with the given message. */
    static final class Fail extends Identified implements Callable<Object> {
        static final int ID = 14;
        private String message;

        Fail() {
            super(ID);
        }

        @Override
        public Object call() {
            throw new IllegalStateException(message);
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(message);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            message = in.readString();
        }
    }

    /**
     * Adds to an Integer in a map, 0 if absent, then sleeps, until somebody removes it at the latest: a Runnable, whose
     * work shows in the cluster only.
     */
    static final class AddToMap extends OnMember implements Runnable {
        static final int ID = 15;
        private String map;
        private Object key;
        private int number;
        private long milliseconds;

        AddToMap() {
            super(ID);
        }

        @Override
        public void run() {
            IMap<Object, Integer> target = member.getMap(map);
            target.lock(key);
            try {
                target.set(key, target.getOrDefault(key, 0) + number);
            } finally {
                target.unlock(key);
            }
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
            while (System.nanoTime() - end < 0 && target.containsKey(key)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(map);
            out.writeObject(key);
            out.writeInt(number);
            out.writeLong(milliseconds);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            map = in.readString();
            key = in.readObject();
            number = in.readInt();
            milliseconds = in.readLong();
        }
    }

    /** Returns whether the member that runs it owns the partition of a key. */
    static final class OwnsKey extends OnMember implements Callable<Boolean> {
        static final int ID = 16;
        private Object key;

        OwnsKey() {
            super(ID);
        }

        @Override
        public Boolean call() {
            return member.getPartitionService().getPartition(key).getOwner().localMember();
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeObject(key);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            key = in.readObject();
        }
    }

    /** Returns what the store of a map has for a key on the member that runs it: see MemoryStore. */
    static final class StoredValue extends Identified implements Callable<Object> {
        static final int ID = 17;
        private String map;
        private Object key;

        StoredValue() {
            super(ID);
        }

        @Override
        public Object call() {
            return MemoryStore.stored(map, key);
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(map);
            out.writeObject(key);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            map = in.readString();
            key = in.readObject();
        }
    }

    /** Returns one of the Samples. */
    static final class Sample extends Identified implements Callable<Object> {
        static final int ID = 18;
        private String name;

        Sample() {
            super(ID);
        }

        @Override
        public Object call() {
            return Samples.all().get(name);
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(name);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            name = in.readString();
        }
    }
}
